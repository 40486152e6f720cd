import { afterEach, expect, it, vi } from "vitest";
import { startPoll } from "../src/index.js";
import { lookOut } from "../src/lookout.js";
import type { Lookout, Work } from "../src/watched.js";

/** Work with its times, and a clock that stands until it is moved. */
function world() {
  const due = new Map<Work, number>();
  const looks: number[] = [];
  const startedAt = performance.now();
  const now = (): number => performance.now() - startedAt;
  const w = { due, looks, now, canBeTold: true, isAway: false };
  const lookout = lookOut({
    async ask(works) {
      looks.push(now());
      if (w.isAway) throw new Error("the database is away");
      return [...due].flatMap(([work, at]) => (works.includes(work) ? [{ work, due_ms: at - now() }] : []));
    },
    canBeTold: () => w.canBeTold,
    onError: (error) => expect(error).toEqual(new Error("the database is away")),
  });
  return Object.assign(w, { lookout });
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  vi.useRealTimers();
});

/** Rounds as they begin; each takes what is due, as a claim does. */
function rounds(w: ReturnType<typeof world>, lookout: Lookout, options: { intervalMs?: number; takes?: boolean } = {}) {
  const begun: number[] = [];
  const poll = startPoll({
    intervalMs: options.intervalMs ?? 1_000,
    lookout: { lookout, work: "webhooks" },
    async round() {
      begun.push(w.now());
      if ((w.due.get("webhooks") ?? Number.POSITIVE_INFINITY) <= w.now() && options.takes !== false)
        w.due.delete("webhooks");
    },
    onError: (error) => expect(error).toBeUndefined(),
  });
  stops.push(
    () => poll.stop(),
    () => lookout.stop(),
  );
  return begun;
}

const gaps = (times: number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));
const fake = () => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });

/** Until nothing happened for long enough, and just after a round that nothing asked for: the next one of these is far away. */
async function asleep(begun: number[]): Promise<void> {
  while (begun.length < 2) await vi.advanceTimersByTimeAsync(500);
}

it("looks once per interval during activity, and every five seconds when idle", async () => {
  fake();
  const w = world();
  const begun = rounds(w, w.lookout);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(w.looks.length).toBeGreaterThanOrEqual(3);
  await vi.advanceTimersByTimeAsync(87_000);
  const late = gaps(w.looks.filter((time) => time > 50_000));
  expect(Math.min(...late)).toBeGreaterThanOrEqual(4_000);
  expect(Math.max(...late)).toBeLessThanOrEqual(6_000);
  // The first one comes with the start; no other had anything to do.
  expect(begun.length).toBeLessThanOrEqual(2);
});

it("begins a round when its work is due, even between two looks", async () => {
  fake();
  const w = world();
  const begun = rounds(w, w.lookout);
  await asleep(begun);
  const at = w.now() + 9_000;
  w.due.set("webhooks", at);
  await vi.advanceTimersByTimeAsync(9_100);
  expect(begun).toHaveLength(3);
  expect(begun[2]).toBeGreaterThanOrEqual(at);
});

it("finds work that nobody announced within six seconds", async () => {
  fake();
  const w = world();
  const begun = rounds(w, w.lookout);
  await asleep(begun);
  w.due.set("webhooks", w.now());
  await vi.advanceTimersByTimeAsync(6_100);
  expect(begun).toHaveLength(3);
});

it("finds work within its interval after activity in the process", async () => {
  fake();
  const w = world();
  const begun = rounds(w, w.lookout);
  await asleep(begun);
  w.lookout.stir();
  await vi.advanceTimersByTimeAsync(10_000);
  w.due.set("webhooks", w.now());
  await vi.advanceTimersByTimeAsync(1_300);
  expect(begun).toHaveLength(3);
});

it("keeps its interval without announcements, and while the database does not answer", async () => {
  fake();
  const w = world();
  rounds(w, w.lookout);
  w.canBeTold = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(Math.max(...gaps(w.looks))).toBeLessThanOrEqual(1_200);
  w.canBeTold = true;
  await vi.advanceTimersByTimeAsync(30_000);
  w.isAway = true;
  await vi.advanceTimersByTimeAsync(6_000);
  const away = w.now();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(Math.max(...gaps(w.looks.filter((time) => time > away)))).toBeLessThanOrEqual(1_200);
});

it("asks once per interval for due work that another replica holds", async () => {
  fake();
  const w = world();
  w.due.set("webhooks", -10_000);
  const begun = rounds(w, w.lookout, { intervalMs: 2_000, takes: false });
  await vi.advanceTimersByTimeAsync(20_000);
  expect(begun.length).toBeLessThanOrEqual(13);
  expect(begun.length).toBeGreaterThanOrEqual(5);
});

it("limits its longest pause by the intervals, and ends with its polls", async () => {
  fake();
  const w = world();
  rounds(w, w.lookout, { intervalMs: 50 });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(Math.max(...gaps(w.looks))).toBeLessThanOrEqual(600);
  await Promise.all(stops.splice(0).map((stop) => stop()));
  const looked = w.looks.length;
  w.lookout.stir();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(w.looks).toHaveLength(looked);
});
