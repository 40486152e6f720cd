import { expect, it } from "vitest";
import { keepRunning } from "../src/keep-running.js";

function keeperOf(again?: (wanted: () => boolean) => Promise<void>) {
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  return { keeper: keepRunning({ name: "NATS", logFile: "nats.log", report, again }), lines };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("lets a server stay down that ends again and again, and says so once", async () => {
  const starts: string[] = [];
  const { keeper, lines } = keeperOf(async () => void starts.push("again"));
  keeper.watch();
  for (let death = 1; death <= 6; death += 1) {
    keeper.ended("code 1");
    await turn();
  }
  expect(starts).toHaveLength(5);
  expect(lines.filter((line) => line.includes("stays down"))).toHaveLength(1);
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

it("waits in close for a start that is under way and tells it to give up", async () => {
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

it("tells why a server could not be started again, and what to do", async () => {
  const { keeper, lines } = keeperOf(() => Promise.reject(new Error("disk full")));
  keeper.watch();
  keeper.ended("SIGKILL");
  await turn();
  expect(lines.at(-1)).toMatch(/could not be started again: disk full.*Ctrl-C/);
});
