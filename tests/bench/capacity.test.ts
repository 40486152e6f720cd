import { expect, it } from "vitest";
import { type Load, simulate, sizeFor } from "../../bench/capacity/simulate.js";

const load: Load = {
  ...{ sessionsADay: 1_000_000, turnsASession: 6, modelSeconds: 4, thinkSeconds: 20, peak: 4, seconds: 30 },
};
const sessions = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${((n * 2_654_435_761) >>> 0).toString(16).padStart(8, "0")}-session`);

/** Notes what is accepted and committed, and fails what breaks the order of a session. */
function recorder() {
  const open = new Set<string>();
  const done: number[] = [];
  return {
    done,
    open,
    async accept(session: string) {
      expect(open.has(session), "two turns of one session at once").toBe(false);
      open.add(session);
      return { conversationId: session, fence: 1, seq: 1, createdAt: "" };
    },
    async commit(runner: number, { conversationId }: { conversationId: string }) {
      expect(open.delete(conversationId)).toBe(true);
      done[runner] = (done[runner] ?? 0) + 1;
    },
  };
}

it("sizes a million sessions a day as the capacity guide does, and serves such a load", async () => {
  const size = sizeFor(load);
  expect(size).toMatchObject({ runners: 25, sessions: 2, liveSessions: 6_667 });
  const product = recorder();
  const run = await simulate(load, size, sessions(size.liveSessions), product);
  expect(product.open.size).toBe(0);
  expect(product.done.reduce((sum, count) => sum + count, 0)).toBe(run.turns);
  // A second of a full hour has 278 turns; thinking times are random.
  expect(run.turns / load.seconds).toBeGreaterThan(220);
  expect(run.turns / load.seconds).toBeLessThan(340);
  expect(product.done).toHaveLength(size.runners);
  expect(run.waited / run.turns).toBeLessThan(0.05);
});

it("queues turns when there are too few runners, and answers all of them", async () => {
  const product = recorder();
  const run = await simulate(load, { ...sizeFor(load), runners: 4 }, sessions(2_000), product);
  expect(run.mostBusy).toBe(64);
  expect(run.waited).toBeGreaterThan(0);
  expect(product.open.size).toBe(0);
});
