import { setTimeout as delay } from "node:timers/promises";
import { reasonOf } from "./contract.js";

export interface KeepRunningOptions {
  name: string;
  logFile: string;
  report: (line: string) => void;
  /** Starts the server again on its port and files; gives up when `wanted` says no. Missing = a dead server stays dead. */
  again?: (wanted: () => boolean) => Promise<void>;
  /** Waits before the next try; resolves at once when `closed` is aborted. */
  pause?: (milliseconds: number, closed: AbortSignal) => Promise<unknown>;
}

export interface Keeper {
  /** From now on the server is up: what ends it is an accident. */
  watch(): void;
  /** Tells of a server that ended without being told to, and starts it again. */
  ended(how: string): void;
  /** Nothing is started any more afterwards; waits for a start that is under way. */
  close(): Promise<void>;
}

/** Waits between tries that fail, and before the start of a server that keeps ending: doubled each time up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A server that has run this long has left its trouble behind. */
const SETTLED_MS = 60_000;

const sleep = (milliseconds: number, closed: AbortSignal) =>
  delay(milliseconds, undefined, { signal: closed }).catch(() => undefined);

/**
 * Brings a private server back after it ended (killed by hand, by a system short of memory, by a full disk), forever: who started
 * everything with one command has nobody else to do it, and the services wait for it meanwhile. Told in one line each way.
 */
export function keepRunning({ name, logFile, report, again, pause = sleep }: KeepRunningOptions): Keeper {
  let phase: "starting" | "watching" | "reviving" | "closed" = "starting";
  let revival: Promise<void> = Promise.resolve();
  let pauseMs = 0;
  let startedAt = 0;
  const closed = new AbortController();

  async function revive(start: (wanted: () => boolean) => Promise<void>): Promise<void> {
    phase = "reviving";
    const wanted = () => phase === "reviving";
    for (let told = false; ; ) {
      if (pauseMs > 0) await pause(pauseMs, closed.signal);
      if (!wanted()) return;
      pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
      try {
        await start(wanted);
        if (!wanted()) return;
        phase = "watching";
        startedAt = performance.now();
        report(`${name} runs again`);
        return;
      } catch (error) {
        if (wanted() && !told) report(`${name} could not be started again, trying on: ${reasonOf(error)}`);
        told = true;
      }
    }
  }

  return {
    watch() {
      if (phase === "starting") phase = "watching";
    },
    ended(how) {
      // A failed attempt is reported once.
      if (phase === "reviving" || phase === "closed") return;
      if (performance.now() - startedAt > SETTLED_MS) pauseMs = 0;
      const said = `${name} ended unexpectedly (${how})`;
      if (phase === "starting" || again === undefined) report(`${said}; its log is ${logFile}`);
      else {
        // A start moves the log of the one before aside.
        report(`${said}; starting it again. Its log is ${logFile}.1`);
        revival = revive(again);
      }
    },
    close() {
      phase = "closed";
      closed.abort();
      return revival;
    },
  };
}
