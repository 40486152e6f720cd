import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { createLogger } from "@parley/observability";
import { eventually, freshDatabase } from "@parley/testkit";
import { sql } from "kysely";
import { afterEach, expect, it } from "vitest";
import { watchAvailability } from "../src/availability.js";
import { connectDb, databaseFailure } from "../src/index.js";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Line {
  level: string;
  msg: string;
  seconds?: number;
}

function listening() {
  const lines: Line[] = [];
  const write = (text: string) => void lines.push(JSON.parse(text));
  return { lines, logger: createLogger({ service: "test", level: "debug", destination: { write } }) };
}

const refused = () => Promise.reject(databaseFailure(Object.assign(new Error("refused"), { code: "ECONNREFUSED" })));
const badStatement = () => Promise.reject(databaseFailure(Object.assign(new Error("syntax"), { code: "42601" })));

it("warns once when the database goes down, once a minute while it is down, and once when it is back", async () => {
  const { lines, logger } = listening();
  let seconds = 0;
  const availability = watchAvailability(logger, () => seconds * 1_000);
  const ask = (work: () => Promise<unknown>) => availability.heard(work()).catch(() => undefined);
  for (; seconds < 150; seconds += 1) await ask(refused);
  // One answer among failures is not the end; silence after the last failure is, whatever the answer says.
  await ask(async () => "fine");
  seconds += 10;
  await ask(badStatement);
  for (let i = 0; i < 5; i += 1) await ask(async () => "fine");
  expect(lines.map(({ level, msg, seconds: after }) => [level, msg, after])).toEqual([
    ["warn", "db.down", 0],
    ["warn", "db.down", 60],
    ["warn", "db.down", 120],
    ["warn", "db.up", 149],
  ]);
});

it("logs nothing while the database answers, even with an error", async () => {
  const { lines, logger } = listening();
  const availability = watchAvailability(logger);
  for (let i = 0; i < 5; i += 1) {
    await expect(availability.heard(badStatement())).rejects.toThrow("syntax");
    await expect(availability.heard(Promise.resolve(i))).resolves.toBe(i);
  }
  expect(lines).toEqual([]);
});

/** A way to a PostgreSQL that can be cut. */
async function cuttable(url: string) {
  const target = new URL(url);
  const { port: farPort, hostname } = target;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(farPort), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => undefined).on("close", () => other.destroy());
      one.pipe(other);
    }
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    return new Promise((resolve) => server.close(resolve));
  };
  target.host = `127.0.0.1:${port}`;
  return { url: target.toString(), cut, mend: () => listen(port) };
}

it("notices that a server goes down and comes back, whatever the number of callers and connections", async () => {
  const database = await freshDatabase();
  closers.push(() => database.drop());
  const way = await cuttable(database.url);
  const { lines, logger } = listening();
  const db = connectDb({ url: way.url, name: "test", logger, max: 8, connectTimeoutMs: 30_000 });
  closers.push(way.cut, () => db.close());
  const askers = () => Promise.allSettled(Array.from({ length: 8 }, () => db.query("select 1")));
  expect((await askers()).map(({ status }) => status)).toEqual(Array(8).fill("fulfilled"));
  await way.cut();
  for (let i = 0; i < 10; i += 1) await askers();
  expect(await db.ping()).toBe(false);
  expect(lines.filter(({ level }) => level === "warn").map(({ msg }) => msg)).toEqual(["db.down"]);
  expect(lines.filter(({ msg }) => msg === "db.connection_lost").length).toBeLessThanOrEqual(1);
  await way.mend();
  await eventually(async () => (await db.ping()) && lines.some(({ msg }) => msg === "db.up"));
  expect(lines.filter(({ level }) => level === "warn").map(({ msg }) => msg)).toEqual(["db.down", "db.up"]);
});

it("fails the transaction, not the process, when its connection is lost during or between statements", async () => {
  const database = await freshDatabase();
  closers.push(() => database.drop());
  const uncaught: unknown[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => void uncaught.push(error));
  closers.push(async () => {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
  });
  for (const seconds of [60, 0]) {
    const way = await cuttable(database.url);
    const db = connectDb({ url: way.url, name: "test", logger: listening().logger, connectTimeoutMs: 30_000 });
    closers.push(() => db.close());
    const work = db.transaction(async (trx) => {
      const asked = sql`select pg_sleep(${seconds})`.execute(trx);
      // The connection ends during the statement of a minute, and after the short one.
      await Promise.race([asked, delay(300)]);
      await way.cut();
      await asked;
      await sql`select 1`.execute(trx);
    });
    await expect(work).rejects.toMatchObject({ code: "not_ready" });
  }
  expect(uncaught).toEqual([]);
});
