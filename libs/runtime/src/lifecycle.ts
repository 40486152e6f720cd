import type { Logger } from "@parley/observability";
import { within } from "./within.js";

/** Something with a lifetime: what `start` opens, `stop` closes. `ready` returns true, or false / a short reason. */
export interface LifecyclePart {
  name: string;
  /** `stopping` fires when the process is asked to end while it starts: a waiting part should then give up. */
  start?(stopping: AbortSignal): Promise<void>;
  stop?(): Promise<void>;
  ready?(): Promise<boolean | string>;
}

/** What every service package's `createX(deps)` returns. */
export interface Component extends LifecyclePart {
  start(): Promise<void>;
  stop(): Promise<void>;
  ready(): Promise<boolean | string>;
}

export interface Readiness {
  ready: boolean;
  checks: Record<string, { ok: boolean; detail?: string }>;
}

export interface Lifecycle {
  /** Parts start in the order they were added and stop in reverse. Throws after `start`. */
  add(part: LifecyclePart): void;
  /** Starts all parts; when one fails, stops those already started and throws its error. */
  start(): Promise<void>;
  /** Stops everything within the deadline; the second call joins the first. Throws the first failure after trying all. */
  stop(): Promise<void>;
  /** Asks every part, each with its own deadline. Not ready while starting, draining or stopped. */
  readiness(): Promise<Readiness>;
  /** True from the first moment of `stop`: readiness is off, running work continues. */
  readonly draining: boolean;
}

export interface LifecycleOptions {
  name: string;
  logger: Logger;
  /** Milliseconds between readiness off and the first part's stop: two probe periods, so that no new traffic arrives. */
  drainDelayMs?: number;
  /** Milliseconds for all stops together. */
  stopDeadlineMs?: number;
  /** Milliseconds for one readiness check. */
  checkDeadlineMs?: number;
}

const STOP_DEADLINE_MS = 25_000;
const CHECK_DEADLINE_MS = 2_000;
/** A part that stops after one that used up the time still gets a moment to close its sockets. */
const LEAST_STOP_MS = 500;

type Phase = "new" | "starting" | "running" | "draining" | "stopped";

/** Holds the parts of one process: start in order, close in reverse, one drain flag, one readiness answer. */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const { logger, drainDelayMs = 0, stopDeadlineMs = STOP_DEADLINE_MS, checkDeadlineMs = CHECK_DEADLINE_MS } = options;
  const parts: LifecyclePart[] = [];
  const started: LifecyclePart[] = [];
  let phase: Phase = "new";
  let starting: Promise<void> = Promise.resolve();
  let stopping: Promise<void> | undefined;
  const asked = new AbortController();

  async function startAll(): Promise<void> {
    for (const part of parts) {
      // A stop during start ends the start here: the stop closes the parts already started.
      if (stopping !== undefined) return;
      const began = performance.now();
      // Counted as started before it is, so that a part that fails half-way can close what it had opened.
      started.push(part);
      await part.start?.(asked.signal);
      logger.debug({ part: part.name, ms: Math.round(performance.now() - began) }, "part.started");
    }
    if (stopping === undefined) phase = "running";
  }

  async function stopAll(): Promise<void> {
    const wasRunning = phase === "running";
    phase = "draining";
    asked.abort();
    logger.info({}, "draining");
    if (wasRunning && drainDelayMs > 0) await new Promise((resolve) => setTimeout(resolve, drainDelayMs));
    const deadline = performance.now() + stopDeadlineMs;
    await within(stopDeadlineMs, starting).catch(() => undefined);
    let failure: unknown;
    for (const part of started.splice(0).reverse()) {
      const left = Math.max(LEAST_STOP_MS, deadline - performance.now());
      try {
        await within(left, part.stop?.() ?? Promise.resolve());
      } catch (error) {
        failure ??= error;
        logger.error({ part: part.name, err: error }, "part.stop_failed");
      }
    }
    phase = "stopped";
    logger.info({}, "stopped");
    if (failure !== undefined) throw failure;
  }

  const stop = (): Promise<void> => {
    stopping ??= stopAll();
    return stopping;
  };

  return {
    add(part) {
      if (phase !== "new") throw new Error(`part ${part.name} was added after the start of ${options.name}`);
      parts.push(part);
    },
    async start() {
      if (phase !== "new") throw new Error(`${options.name} was started before`);
      phase = "starting";
      starting = startAll();
      try {
        await starting;
      } catch (error) {
        await stop().catch(() => undefined);
        throw error;
      }
      if (stopping === undefined) logger.info({}, "started");
    },
    stop,
    async readiness() {
      const answers = await Promise.all(parts.map((part) => check(part, checkDeadlineMs)));
      const checks: Readiness["checks"] = Object.fromEntries(answers);
      // A service's main part has the same name: while running, its own answer counts.
      if (phase !== "running") checks[options.name] = { ok: false, detail: phase };
      else checks[options.name] ??= { ok: true };
      return { ready: Object.values(checks).every(({ ok }) => ok), checks };
    },
    get draining() {
      return phase === "draining" || phase === "stopped";
    },
  };
}

async function check(part: LifecyclePart, deadlineMs: number): Promise<[string, { ok: boolean; detail?: string }]> {
  try {
    const answer = (await within(deadlineMs, part.ready?.() ?? Promise.resolve(true))) ?? true;
    if (answer === true) return [part.name, { ok: true }];
    return [part.name, answer === false ? { ok: false } : { ok: false, detail: answer }];
  } catch (error) {
    // The message may name hosts; readiness is read by strangers, so only the kind is shown.
    return [part.name, { ok: false, detail: error instanceof Error ? error.name : "failed" }];
  }
}
