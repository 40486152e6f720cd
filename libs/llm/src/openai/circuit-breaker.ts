import { performance } from "node:perf_hooks";

export interface BreakerOptions {
  /** Consecutive failures that open it. */
  failures: number;
  /** Time it stays open before one probe is let through. */
  coolDownMs: number;
}

export const DEFAULT_BREAKER: BreakerOptions = { failures: 8, coolDownMs: 5_000 };

export interface Breaker {
  /** Milliseconds until a call may be tried; 0 = now. An admitted call must report `success`, `failure` or `neither`. */
  enter(): number;
  success(): void;
  failure(): void;
  /** The call shows nothing about the provider's health (aborted by the caller). */
  neither(): void;
}

/** Protects a provider that is down, and visitors from waiting for it: after some consecutive failures calls are refused at once. */
export function createBreaker({ failures, coolDownMs }: BreakerOptions): Breaker {
  let inARow = 0;
  let openUntil = 0;
  let probing = false;
  return {
    enter: () => {
      if (inARow < failures) return 0;
      const wait = openUntil - performance.now();
      if (wait > 0) return wait;
      if (probing) return coolDownMs;
      probing = true;
      return 0;
    },
    success: () => {
      inARow = 0;
      probing = false;
    },
    failure: () => {
      inARow += 1;
      probing = false;
      if (inARow >= failures) openUntil = performance.now() + coolDownMs;
    },
    neither: () => {
      probing = false;
    },
  };
}
