import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "@parley/testkit";
import { expect, it } from "vitest";
import { startPoll } from "../src/index.js";

const never = (error: unknown): void => {
  throw error;
};

it("repeats rounds one at a time, and continues after one that throws", async () => {
  let rounds = 0;
  let atOnce = 0;
  const failures: unknown[] = [];
  const poll = startPoll({
    intervalMs: 1,
    async round() {
      atOnce += 1;
      expect(atOnce).toBe(1);
      await delay(2);
      atOnce -= 1;
      rounds += 1;
      if (rounds === 2) throw new Error("the second round");
    },
    onError: (error) => failures.push(error),
  });
  await eventually(async () => expect(rounds).toBeGreaterThan(4));
  await poll.stop();
  expect(failures).toEqual([new Error("the second round")]);
});

it("begins a round at once on request, and one more if requested during a round", async () => {
  let rounds = 0;
  let release = (): void => undefined;
  const poll = startPoll({
    intervalMs: 3_600_000,
    async round() {
      rounds += 1;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    },
    onError: never,
  });
  await eventually(async () => expect(rounds).toBe(1));
  poll.soon();
  poll.soon();
  expect(rounds).toBe(1);
  release();
  await eventually(async () => expect(rounds).toBe(2));
  release();
  await delay(5);
  poll.soon();
  await eventually(async () => expect(rounds).toBe(3));
  release();
  await poll.stop();
  expect(rounds).toBe(3);
});

it("aborts the current round when stopped, waits for it, and begins no other", async () => {
  let ended = false;
  let rounds = 0;
  const poll = startPoll({
    intervalMs: 1,
    async round(signal) {
      rounds += 1;
      await delay(3_600_000, undefined, { signal }).catch(() => undefined);
      ended = true;
    },
    onError: never,
  });
  await eventually(async () => expect(rounds).toBe(1));
  await poll.stop();
  expect(ended).toBe(true);
  poll.soon();
  await delay(20);
  expect(rounds).toBe(1);
});
