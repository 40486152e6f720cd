import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "@parley/testkit";
import { expect, it } from "vitest";
import { retryAfter, startClaimLoop } from "../src/index.js";

/** Hands out numbers from a queue, as a table does: each once. */
function queue(length: number) {
  const waiting = Array.from({ length }, (_, n) => n);
  return (limit: number): Promise<number[]> => Promise.resolve(waiting.splice(0, limit));
}

const options = { intervalMs: 3_600_000, holdMs: 1_000, finishMs: 0 };

it("works on as many items as allowed at once, and claims the next ones as others end", async () => {
  const done: number[] = [];
  let [running, most] = [0, 0];
  const loop = startClaimLoop<number>({
    ...options,
    concurrency: 3,
    claim: queue(10),
    async work(item) {
      running += 1;
      most = Math.max(most, running);
      await delay(2);
      running -= 1;
      done.push(item);
    },
    onDeferred: (_, error) => expect(error).toBeUndefined(),
    onError: (error) => expect(error).toBeUndefined(),
  });
  await eventually(async () => expect(done).toHaveLength(10));
  await loop.stop();
  expect(most).toBe(3);
});

it("reports an item whose work throws and a claim that fails, and continues", async () => {
  const failures: string[] = [];
  const done: number[] = [];
  const next = queue(3);
  let claims = 0;
  const loop = startClaimLoop<number>({
    ...options,
    intervalMs: 1,
    concurrency: 1,
    claim(limit) {
      claims += 1;
      return claims === 1 ? Promise.reject(new Error("away")) : next(limit);
    },
    async work(item) {
      if (item === 1) throw new Error("poison");
      done.push(item);
    },
    onDeferred: (item, error) => failures.push(`${item}: ${String(error)}`),
    onError: (error) => failures.push(String(error)),
  });
  await eventually(async () => expect(done).toEqual([0, 2]));
  await loop.stop();
  expect(failures).toEqual(["Error: away", "1: Error: poison"]);
});

it("lets items in progress finish when stopped, and aborts those that take longer", async () => {
  const ends: string[] = [];
  const loop = startClaimLoop<number>({
    ...options,
    concurrency: 2,
    finishMs: 100,
    claim: queue(2),
    async work(item, signal) {
      await delay(item === 0 ? 20 : 3_600_000, undefined, { signal }).catch(() => undefined);
      ends.push(`${item} ${signal.aborted ? "aborted" : "finished"}`);
    },
    onDeferred: (_, error) => expect(error).toBeUndefined(),
    onError: (error) => expect(error).toBeUndefined(),
  });
  await delay(10);
  await loop.stop();
  expect(ends).toEqual(["0 finished", "1 aborted"]);
});

it("waits as scheduled plus up to a tenth, and ends after the last attempt", () => {
  expect([1, 2, 3].map((attempt) => retryAfter(attempt, [5, 300], 0))).toEqual([5_000, 300_000, null]);
  expect(retryAfter(1, [5], 1)).toBe(5_500);
});
