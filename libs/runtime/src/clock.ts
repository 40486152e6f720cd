import type { Logger, Metrics } from "@parley/observability";
import type { Component } from "./lifecycle.js";
import { within } from "./within.js";

interface ClockOptions {
  /** Name of the authority whose time counts, for display: `database` or `redis`. */
  authority: string;
  /** The authority's time, in milliseconds since 1970. */
  ask(): Promise<number>;
  logger: Logger;
  metrics: Metrics;
  /** Milliseconds between two comparisons. */
  everyMs?: number;
  /** The process's own clock, in milliseconds since 1970. */
  ownTime?: () => number;
}

/** The time that this process uses for decisions; not ready while its own clock is too far off. */
export interface Clock extends Component {
  /** Milliseconds since 1970 by the authority's clock; by the process's own until the authority has answered once. */
  now(): number;
}

const EVERY_MS = 30_000;
const MOST_OFF_MS = 5_000;
/** The measured time may be anywhere between request and response, so a slow answer is too imprecise. */
const SLOWEST_MS = 1_000;

/**
 * Compares the process's clock with that of the authoritative server. While that server is unreachable the last comparison
 * holds: reachability is not part of this check.
 */
export function createClock(options: ClockOptions): Clock {
  const { authority, ask, logger, metrics, everyMs = EVERY_MS, ownTime = Date.now } = options;
  const gauge = metrics.gauge("clock_offset_seconds", "How far this process's clock is ahead of the one that decides");
  let aheadMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let comparing = false;
  const tooFar = (): boolean => Math.abs(aheadMs) > MOST_OFF_MS;

  async function compare(): Promise<void> {
    if (comparing) return;
    comparing = true;
    try {
      const before = ownTime();
      const began = performance.now();
      const theirs = await within(SLOWEST_MS, ask());
      const wasTooFar = tooFar();
      aheadMs = before + (performance.now() - began) / 2 - theirs;
      gauge.set(aheadMs / 1_000);
      if (tooFar() === wasTooFar) return;
      if (tooFar()) logger.error({ aheadSeconds: Math.round(aheadMs / 1_000), authority }, "clock.wrong");
      else logger.info({ authority }, "clock.right");
    } catch {
      // No answer in time: the next comparison tries again.
    } finally {
      comparing = false;
    }
  }

  return {
    name: "clock",
    async start() {
      await compare();
      timer = setInterval(() => void compare(), everyMs).unref();
    },
    async stop() {
      clearInterval(timer);
    },
    async ready() {
      if (!tooFar()) return true;
      const seconds = Math.round(Math.abs(aheadMs) / 1_000);
      return `this clock is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} that of ${authority}`;
    },
    now: () => ownTime() - aheadMs,
  };
}
