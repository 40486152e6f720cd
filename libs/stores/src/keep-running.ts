import { reasonOf } from "./contract.js";

export interface KeepRunningOptions {
  name: string;
  logFile: string;
  report: (line: string) => void;
  /** Starts the server again on its port and files; gives up when `wanted` says no. Missing = a dead server stays dead. */
  again?: (wanted: () => boolean) => Promise<void>;
}

export interface Keeper {
  /** From now on the server is up: what ends it is an accident. */
  watch(): void;
  /** Tells of a server that ended without being told to, and starts it again. */
  ended(how: string): void;
  /** Nothing is started any more afterwards; waits for a start that is under way. */
  close(): Promise<void>;
}

/** A server that dies this often within a minute has a reason that another start does not take away. */
const MOST_ENDS_PER_MINUTE = 5;

/**
 * Brings a private server back after it was killed (by hand, or by a system short of memory): who started everything
 * with one command has nobody else to do it, and the services wait for it meanwhile. Told in one line each way.
 */
export function keepRunning({ name, logFile, report, again }: KeepRunningOptions): Keeper {
  let phase: "starting" | "watching" | "reviving" | "closed" = "starting";
  let revival: Promise<void> = Promise.resolve();
  let ends: number[] = [];

  async function revive(start: (wanted: () => boolean) => Promise<void>): Promise<void> {
    phase = "reviving";
    try {
      await start(() => phase === "reviving");
      if (phase !== "reviving") return;
      phase = "watching";
      report(`${name} runs again`);
    } catch (error) {
      if (phase !== "reviving") return;
      phase = "watching";
      report(`${name} could not be started again: ${reasonOf(error)}. Stop with Ctrl-C and start anew; the data stays`);
    }
  }

  return {
    watch() {
      if (phase === "starting") phase = "watching";
    },
    ended(how) {
      // An attempt that fails is told once, by the end of all attempts.
      if (phase === "reviving" || phase === "closed") return;
      const now = Date.now();
      ends = [...ends.filter((at) => now - at < 60_000), now];
      const said = `${name} ended unexpectedly (${how})`;
      if (phase === "starting" || again === undefined) report(`${said}; its log is ${logFile}`);
      else if (ends.length > MOST_ENDS_PER_MINUTE) {
        report(`${said}, the ${ends.length}th time within a minute, and stays down; its log is ${logFile}`);
      } else {
        // A start moves the log of the one before aside.
        report(`${said}; starting it again. Its log is ${logFile}.1`);
        revival = revive(again);
      }
    },
    close() {
      phase = "closed";
      return revival;
    },
  };
}
