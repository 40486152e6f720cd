import { connectDb, type Db, databaseFailure } from "@parley/db";
import { createLogger } from "@parley/observability";
import { cloneDatabase, endsWithin, eventually, freeze, startPostgres } from "@parley/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";

type Server = Awaited<ReturnType<typeof startPostgres>>;

const logger = createLogger({ service: "test", level: "silent" });
let server: Server;
let db: Db;
let thaw: () => void = () => undefined;

beforeAll(async () => {
  server = await startPostgres();
  const { url } = await cloneDatabase(server.url, "frozen");
  db = connectDb({ url, name: "test", logger, max: 4 });
}, 60_000);
afterAll(async () => {
  thaw();
  await db.close();
  await server.destroy();
});

/** Opens every connection of the pool; a busy machine may need several tries. */
const connectAll = () =>
  eventually(async () => {
    await Promise.all(Array.from({ length: 4 }, () => db.query("select pg_sleep(0.05)")));
    return true;
  });

it("is reported down within two seconds while its server is frozen, whatever the load, and up when it resumes", async () => {
  await connectAll();
  thaw = freeze(server.pid());
  const away = expect.objectContaining({ code: "not_ready", retryAfterSeconds: 1 });
  for (let round = 0; round < 3; round += 1) {
    const asked = [
      ...Array.from({ length: 12 }, () => () => db.query("select 1 as one")),
      () => db.transaction((trx) => sql`select 1`.execute(trx)),
      () => db.time(),
    ];
    const heard = await Promise.all(
      asked.map((ask) =>
        endsWithin(2_000, () =>
          ask().then(
            () => "answered",
            (error: unknown) => error,
          ),
        ),
      ),
    );
    expect(heard).toEqual(asked.map(() => away));
  }
  thaw();
  await endsWithin(5_000, () => eventually(async () => (await db.query("select 1")).length === 1));
}, 60_000);

it("leaves slow statements and transactions between statements alone", async () => {
  await connectAll();
  const slow = db.query<{ done: boolean }>("select pg_sleep(3) is not null as done");
  // No connection of the pool is left to ask by.
  const others = [1, 2].map(() => db.query("select pg_sleep(2.5)"));
  const pausing = db.transaction(async (trx) => {
    await sql`select 1`.execute(trx);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    return sql<{ two: number }>`select 2 as two`.execute(trx);
  });
  expect([await slow, (await pausing).rows]).toEqual([[{ done: true }], [{ two: 2 }]]);
  await Promise.all(others);
}, 30_000);

it("treats a connection that was closed under a transaction as an unavailable database", () => {
  expect(databaseFailure(new Error("Client was closed and is not queryable"))).toMatchObject({ code: "not_ready" });
});
