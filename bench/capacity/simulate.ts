import type { BenchTurn } from "./sql-turns.js";

export interface Load {
  sessionsADay: number;
  turnsASession: number;
  modelSeconds: number;
  thinkSeconds: number;
  /** The busiest hour against the mean one. */
  peak: number;
  /** Simulated. */
  seconds: number;
}

/** The product's statements behind its own group commits. */
export interface Installation {
  accept(session: string): Promise<BenchTurn>;
  commit(runner: number, turn: BenchTurn): Promise<void>;
}

export interface Size {
  turnsASecond: number;
  liveSessions: number;
  runners: number;
  sessions: number;
}

/** RUNNER_CONCURRENCY of each. */
const SLOTS = 64;
/** Turns under way that a runner is meant for: with all slots meant, a quarter of the turns waits for one. */
const MEANT = 48;
/** Accepted messages a second that one replica of sessions is meant for. */
const ACCEPTED = 500;
/** In which a group commit gathers what comes while a statement is under way. */
const STEP_MS = 10;

/** The rules of the capacity guide. */
export function sizeFor(load: Load): Size {
  const sessionsASecond = (load.sessionsADay * load.peak) / 86_400;
  const turnsASecond = sessionsASecond * load.turnsASession;
  return {
    turnsASecond,
    liveSessions: Math.ceil(sessionsASecond * load.turnsASession * (load.modelSeconds + load.thinkSeconds)),
    runners: Math.ceil((turnsASecond * load.modelSeconds) / MEANT) + 1,
    sessions: Math.ceil(turnsASecond / ACCEPTED) + 1,
  };
}

interface Runner {
  busy: number;
  queue: BenchTurn[];
}

/**
 * So many seconds of a full hour: each session says something, waits for the model, thinks, and continues. Turns go to the runner that has
 * the session in memory and wait there when all its slots are taken.
 */
export async function simulate(load: Load, size: Size, sessions: readonly string[], product: Installation) {
  const due = new Map<number, (() => Promise<void>)[]>();
  let now = 0;
  const at = (ms: number, work: () => Promise<void>): void => {
    const step = Math.ceil(ms / STEP_MS);
    due.set(step, [...(due.get(step) ?? []), work]);
  };
  const runners = Array.from({ length: size.runners }, (): Runner => ({ busy: 0, queue: [] }));
  const result = { turns: 0, mostBusy: 0, waited: 0 };
  const thinkMs = (): number => -Math.log(1 - Math.random()) * load.thinkSeconds * 1_000;
  const begin = (index: number, runner: Runner, turn: BenchTurn): void => {
    runner.busy += 1;
    result.mostBusy = Math.max(result.mostBusy, runner.busy);
    at(now + load.modelSeconds * 1_000, async () => {
      await product.commit(index, turn);
      result.turns += 1;
      runner.busy -= 1;
      const next = runner.queue.shift();
      if (next) begin(index, runner, next);
      at(now + thinkMs() + STEP_MS, () => say(turn.conversationId));
    });
  };
  const endsAt = load.seconds * 1_000;
  const say = async (session: string): Promise<void> => {
    if (now > endsAt) return;
    const turn = await product.accept(session);
    const index = Number.parseInt(session.slice(0, 8), 16) % runners.length;
    const runner = runners[index];
    if (runner === undefined) throw new Error("no runner");
    if (runner.busy < SLOTS) return begin(index, runner, turn);
    result.waited += 1;
    runner.queue.push(turn);
  };
  // In the midst of it: some wait for the model and think afterwards, the others think.
  const waitShare = load.modelSeconds / (load.modelSeconds + load.thinkSeconds);
  for (const session of sessions) {
    const waitMs = Math.random() < waitShare ? Math.random() * load.modelSeconds * 1_000 : 0;
    at(waitMs + thinkMs(), () => say(session));
  }
  // Behind the end what was accepted is still answered.
  for (let step = 0; due.size > 0; step += 1) {
    now = step * STEP_MS;
    const works = due.get(step) ?? [];
    due.delete(step);
    await Promise.all(works.map((work) => work()));
  }
  return result;
}
