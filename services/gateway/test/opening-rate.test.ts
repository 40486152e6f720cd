import { AppError } from "@parley/contracts";
import { describe, expect, it } from "vitest";
import { createOpeningRate } from "../src/streams/opening-rate.js";

const STEP_MS = 50;

function start() {
  let now = 0;
  const rate = createOpeningRate(() => now);
  /** Streams that come and are let in during one second, with an event loop that is `lagMs` late. */
  const second = (coming: number, lagMs: number): number => {
    let opened = 0;
    for (let step = 0; step < 1_000 / STEP_MS; step += 1) {
      now += STEP_MS;
      for (let n = 0; n < (coming * STEP_MS) / 1_000; n += 1)
        try {
          rate.enter();
          opened += 1;
        } catch {
          // Told to come later.
        }
      rate.observe(lagMs);
    }
    return opened;
  };
  return { rate, second };
}

describe("the rate at which streams are opened", () => {
  it("is not limited while the process is on time", () => {
    const { second } = start();
    for (let n = 0; n < 5; n += 1) expect(second(5_000, 5)).toBe(5_000);
  });

  it("drops within a second while messages would wait, but never to zero", () => {
    const { second } = start();
    second(3_000, 300);
    for (let n = 0; n < 5; n += 1) {
      const opened = second(3_000, 300);
      expect(opened).toBeGreaterThanOrEqual(190);
      expect(opened).toBeLessThanOrEqual(210);
    }
  });

  it("admits streams that arrive one by one, however late the process is", () => {
    const { second } = start();
    for (let n = 0; n < 20; n += 1) expect(second(100, 2_000)).toBe(100);
  });

  it("rises again when the process has caught up", () => {
    const { second } = start();
    second(3_000, 300);
    second(3_000, 300);
    for (let n = 0; n < 4; n += 1) second(3_000, 5);
    expect(second(3_000, 5)).toBe(3_000);
  });

  it("tells a refused reader when to try again", () => {
    const { rate, second } = start();
    second(3_000, 300);
    let refusal: unknown = null;
    for (let n = 0; n < 1_000 && refusal === null; n += 1)
      try {
        rate.enter();
      } catch (error) {
        refusal = error;
      }
    expect(refusal).toBeInstanceOf(AppError);
    const seconds = refusal instanceof AppError ? (refusal.retryAfterSeconds ?? 0) : 0;
    expect([refusal, seconds >= 1 && seconds <= 3]).toEqual([expect.objectContaining({ code: "overloaded" }), true]);
  });
});
