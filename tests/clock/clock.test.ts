import { connectDb, type Db } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { type Clock, createClock } from "@parley/runtime";
import { type FreshDatabase, freshDatabase, PATIENT } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const TEN_MINUTES_MS = 600_000;
const lines: string[] = [];
const logger = createLogger({ service: "test", level: "info", destination: { write: (line) => lines.push(line) } });
let database: FreshDatabase;
let db: Db;
const clocks: Clock[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  db = connectDb({ url: database.url, name: "test", logger, ...PATIENT });
});
afterEach(async () => {
  await Promise.all(clocks.splice(0).map((clock) => clock.stop()));
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

function start(ownTime: () => number, ask: () => Promise<number> = () => db.time()) {
  const metrics = createMetrics();
  const clock = createClock({ authority: "database", ask, logger, metrics, ownTime, everyMs: 20 });
  clocks.push(clock);
  return { clock, metrics };
}

describe("the clock of a process", () => {
  it.each([
    ["ahead of", TEN_MINUTES_MS],
    ["behind", -TEN_MINUTES_MS],
  ])(
    "that is far %s the database's makes it not ready, is told in a metric, and decides nothing",
    async (where, by) => {
      let offMs = by;
      const { clock, metrics } = start(() => Date.now() + offMs);
      await clock.start();
      // A busy machine may be slow to answer the first comparison.
      await expect
        .poll(() => clock.ready())
        .toMatch(new RegExp(`^this clock is (599|600|601) s ${where} that of database$`));
      const told = /^clock_offset_seconds (\S+)$/m.exec(await metrics.text())?.[1];
      expect(Math.abs(Number(told) - by / 1_000)).toBeLessThan(1);
      expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
      offMs = 4_000;
      await expect.poll(() => clock.ready()).toBe(true);
      expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
      expect(lines.filter((line) => line.includes("clock.wrong")).length).toBeGreaterThan(0);
    },
  );

  it("keeps the last offset while the database is down, and is the local one until the first comparison", async () => {
    let answers = false;
    const ask = async (): Promise<number> => {
      if (!answers) throw new Error("away");
      return db.time();
    };
    const { clock } = start(() => Date.now() + TEN_MINUTES_MS, ask);
    await clock.start();
    expect(await clock.ready()).toBe(true);
    expect(clock.now() - Date.now()).toBeGreaterThan(TEN_MINUTES_MS - 1_000);
    answers = true;
    await expect.poll(() => clock.ready()).not.toBe(true);
    answers = false;
    await expect.poll(() => clock.ready()).not.toBe(true);
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1_000);
  });
});
