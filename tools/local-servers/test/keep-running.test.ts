import { eventually } from "@parley/testkit";
import { expect, it } from "vitest";
import { keepRunning } from "../src/keep-running.js";

function keeperOf(again?: (wanted: () => boolean) => Promise<void>) {
  const lines: string[] = [];
  const pauses: number[] = [];
  const report = (line: string) => void lines.push(line);
  const pause = async (milliseconds: number, closed: AbortSignal) => {
    pauses.push(milliseconds);
    if (!closed.aborted) await turn();
  };
  return { keeper: keepRunning({ name: "NATS", logFile: "nats.log", report, again, pause }), lines, pauses };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("restarts a server that keeps crashing, with pauses growing to half a minute", async () => {
  let starts = 0;
  const { keeper, pauses } = keeperOf(async () => {
    starts += 1;
  });
  keeper.watch();
  for (let death = 1; death <= 10; death += 1) {
    keeper.ended("code 1");
    await eventually(() => starts === death);
  }
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

it("keeps retrying while the start fails, logs why once, and logs when the server runs again", async () => {
  let tries = 0;
  const { keeper, lines, pauses } = keeperOf(async () => {
    tries += 1;
    if (tries < 20) throw new Error("disk full");
  });
  keeper.watch();
  keeper.ended("SIGKILL");
  await eventually(() => lines.at(-1) === "NATS runs again");
  expect(tries).toBe(20);
  expect(lines.filter((line) => line.includes("could not be started again, trying on: disk full"))).toHaveLength(1);
  expect(Math.max(...pauses)).toBe(30_000);
});

it("starts nothing before the first start is over, nor after the close", async () => {
  const starts: string[] = [];
  const { keeper } = keeperOf(async () => void starts.push("again"));
  keeper.ended("code 1");
  keeper.watch();
  await keeper.close();
  keeper.ended("SIGKILL");
  await turn();
  expect(starts).toEqual([]);
});

it("aborts a start in progress and waits for it on close", async () => {
  let over = false;
  const { keeper, lines } = keeperOf(async (wanted) => {
    while (wanted()) await turn();
    over = true;
    throw new Error("given up");
  });
  keeper.watch();
  keeper.ended("SIGKILL");
  await turn();
  await keeper.close();
  expect(over).toBe(true);
  expect(lines.some((line) => line.includes("given up"))).toBe(false);
});
