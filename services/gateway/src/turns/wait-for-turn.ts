import { randomBytes } from "node:crypto";
import type { Bus } from "@parley/bus";
import {
  AppError,
  getTurn,
  type SessionAccess,
  type TurnResult,
  type TurnState,
  turnResultLive,
} from "@parley/contracts";
import type { Metrics } from "@parley/observability";
import { ExpiringMap } from "../expiring-map.js";
import type { WhenGone } from "./client-aborted.js";

type TurnOutcome = { status: "done"; result: TurnResult } | { status: "failed"; code: string };

export interface WaitOptions {
  access: SessionAccess;
  turn: TurnState;
  timeoutMs: number;
  /** Stops the wait when the caller has disconnected. */
  whenGone?: WhenGone;
}

export interface TurnWaiter {
  /** Name of this gateway on the bus, to which results are sent. */
  readonly replyTo: string;
  /** Resolves with the turn's end. Throws `turn_timeout` at the deadline; the turn itself continues. */
  wait(options: WaitOptions): Promise<TurnOutcome>;
  start(): void;
  stop(): void;
}

/** Results that overtake the answer of the accept call are kept this long. */
const EARLY_TTL_MS = 5_000;
const MAX_EARLY = 2_000;
/** Live results are losable, so the durable answer is polled too; rarely, because a read per turn would cost as much as a turn. */
const FIRST_POLL_MS = 1_000;
const POLL_MS = 1_000;

/** Waits for turns by one live subscription per gateway, with the database as the fallback. */
export function createTurnWaiter(deps: { bus: Bus; metrics: Metrics }): TurnWaiter {
  const { bus, metrics } = deps;
  const replyTo = randomBytes(12).toString("hex");
  const waiting = new Map<string, Set<(outcome: TurnOutcome) => void>>();
  const early = new ExpiringMap<string, TurnOutcome>({ ttlMs: EARLY_TTL_MS, maxEntries: MAX_EARLY });
  const answered = metrics.counter("gateway_turns_total", "Turns waited for, by how their end became known", ["by"]);
  let unsubscribe: () => void = () => undefined;

  const settle = (turnId: string, outcome: TurnOutcome): void => {
    const listeners = waiting.get(turnId);
    if (listeners === undefined) early.set(turnId, outcome);
    waiting.delete(turnId);
    for (const listener of listeners ?? []) listener(outcome);
  };

  return {
    replyTo,
    start() {
      unsubscribe = bus.listenLive(turnResultLive, replyTo, ({ turnId, turn }) => settle(turnId, turn));
    },
    stop: () => unsubscribe(),
    async wait({ access, turn, timeoutMs, whenGone }) {
      if (turn.status !== "pending") return outcomeOf(turn);
      const known = early.get(turn.turn_id);
      if (known !== undefined) return known;
      const poll = async (): Promise<TurnOutcome | null> => {
        const answer = await bus.call(getTurn, { access, turnId: turn.turn_id });
        return answer.turn.status === "pending" ? null : outcomeOf(answer.turn);
      };
      const { outcome, by } = await firstOf({ turnId: turn.turn_id, waiting, poll, timeoutMs, whenGone });
      answered.inc({ by });
      return outcome;
    },
  };
}

const outcomeOf = (turn: Exclude<TurnState, { status: "pending" }>): TurnOutcome =>
  turn.status === "done" ? { status: "done", result: turn.result } : { status: "failed", code: turn.code };

interface Race {
  turnId: string;
  waiting: Map<string, Set<(outcome: TurnOutcome) => void>>;
  poll(): Promise<TurnOutcome | null>;
  timeoutMs: number;
  whenGone: WhenGone | undefined;
}

function firstOf(race: Race): Promise<{ outcome: TurnOutcome; by: "live" | "poll" }> {
  const { turnId, waiting, timeoutMs, whenGone } = race;
  const endsAt = performance.now() + timeoutMs;
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let over = false;
    const finish = (outcome: TurnOutcome | AppError, by: "live" | "poll"): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      const listeners = waiting.get(turnId);
      listeners?.delete(onLive);
      if (listeners?.size === 0) waiting.delete(turnId);
      if (outcome instanceof AppError) reject(outcome);
      else resolve({ outcome, by });
    };
    const onLive = (outcome: TurnOutcome): void => finish(outcome, "live");
    const onGone = (): void => {
      // Called at the end of every connection: creating an error that nobody gets costs 10 microseconds.
      if (!over) finish(new AppError("turn_timeout", { internal: "the caller has gone" }), "live");
    };
    const next = (pauseMs: number): void => {
      const left = endsAt - performance.now();
      timer = setTimeout(() => (left <= pauseMs ? expire() : void ask()), Math.max(0, Math.min(pauseMs, left)));
    };
    const expire = (): void => finish(new AppError("turn_timeout"), "poll");
    const ask = async (): Promise<void> => {
      // A failing look-up changes nothing: the live result may still come, and the next look-up follows.
      const outcome = await race.poll().catch(() => null);
      if (over) return;
      if (outcome === null) next(POLL_MS * (0.75 + Math.random() / 2));
      else finish(outcome, "poll");
    };
    const listeners = waiting.get(turnId) ?? new Set();
    listeners.add(onLive);
    waiting.set(turnId, listeners);
    next(FIRST_POLL_MS);
    whenGone?.(onGone);
  });
}
