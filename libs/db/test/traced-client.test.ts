import { newId } from "@parley/contracts";
import { createLogger, startRequestTrace } from "@parley/observability";
import { freshDatabase } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connectDb, type Db, sql } from "../src/index.js";

let db: Db;
let drop: () => Promise<unknown>;
beforeAll(async () => {
  const database = await freshDatabase();
  db = connectDb({ url: database.url, name: "test", logger: createLogger({ service: "test", level: "silent" }) });
  drop = database.drop;
});
afterAll(async () => {
  await db.close();
  await drop();
});

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
const shown = () =>
  db.tenant(newId(), async (trx) => {
    const { rows } = await sql<{ text: string }>`select current_query() as text where ${1}::int = 1`.execute(trx);
    return rows[0]?.text;
  });

it("appends the trace id to a statement of a recorded trace, and to no other", async () => {
  const recorded = startRequestTrace(`${PARENT}-01`);
  expect(await recorded.run(shown)).toBe(
    `select current_query() as text where $1::int = 1 /*traceparent='${recorded.traceparent}'*/`,
  );
  expect(await startRequestTrace(`${PARENT}-00`).run(shown)).not.toContain("traceparent");
  expect(await shown()).not.toContain("traceparent");
});

it("leaves prepared statements unchanged, so that they are planned once", async () => {
  const prepared = () => db.query<{ text: string }>("select current_query() as text");
  const [row] = await startRequestTrace(`${PARENT}-01`).run(prepared);
  expect(row?.text).toBe("select current_query() as text");
});
