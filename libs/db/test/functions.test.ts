import { type FreshDatabase, freshDatabase } from "@parley/testkit";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listFunctions } from "../src/functions.js";
import { migrate } from "../src/index.js";

let database: FreshDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await freshDatabase();
  client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});
beforeEach(async () => {
  await migrate({ url: database.adminUrl });
});

async function signatures(...names: string[]): Promise<string[]> {
  const { rows } = await client.query<{ signature: string }>(
    "select oid::regprocedure::text as signature from pg_proc where proname = any($1) order by 1",
    [names],
  );
  return rows.map((row) => row.signature);
}

/** As if an older release had applied a function of this name. */
async function earlier(name: string, types: string, definition: string): Promise<void> {
  await client.query(definition);
  await client.query(
    `insert into schema_functions (name, arguments, checksum) values ($1, $2, 'earlier')
     on conflict (name) do update set arguments = excluded.arguments, checksum = excluded.checksum`,
    [name, types],
  );
}

describe("functions of the database", () => {
  it("are exactly those of the sources", async () => {
    const { rows } = await client.query<{ name: string }>("select name from schema_functions order by name");
    const names = listFunctions().map(({ name }) => name);
    expect(rows.map((row) => row.name)).toEqual(names.sort());
    const { rows: strangers } = await client.query(
      `select proname from pg_proc where pronamespace = 'public'::regnamespace and proname <> all($1)
          and proname not in ('app_tenant', 'protect_by_tenant', 'run_across_tenants', 'knowledge_tsv')`,
      [names],
    );
    expect(strangers).toEqual([]);
  });

  it("are replaced only when their source differs", async () => {
    await earlier(
      "iso",
      "timestamp with time zone",
      "create or replace function iso(p_time timestamptz) returns text language sql as $$ select 'never' $$",
    );
    expect(await migrate({ url: database.adminUrl })).toEqual({ applied: [], functions: ["iso"] });
    const { rows } = await client.query("select iso('2026-01-02 03:04:05.678Z') as at");
    expect(rows).toEqual([{ at: "2026-01-02T03:04:05.678Z" }]);
    expect(await migrate({ url: database.adminUrl })).toEqual({ applied: [], functions: [] });
  });

  it("leave behind no earlier signature or return type", async () => {
    await earlier(
      "fail",
      "text, integer",
      "create function fail(p_code text, p_n integer) returns void language sql as $$ select null::void $$",
    );
    await client.query("drop function turn_state(session_turns)");
    await earlier(
      "turn_state",
      "session_turns",
      "create function turn_state(t session_turns) returns integer language sql as $$ select 1 $$",
    );
    expect((await migrate({ url: database.adminUrl })).functions.sort()).toEqual(["fail", "turn_state"]);
    expect(await signatures("fail", "turn_state")).toEqual(["fail(text)", "turn_state(session_turns)"]);
  });

  it("are dropped with the triggers that call them when their source is removed", async () => {
    await earlier(
      "never_again",
      "",
      `create function never_again() returns trigger language plpgsql as $$ begin perform fail('conflict'); end $$;
       create trigger never_again before update on tenants for each row execute function never_again()`,
    );
    expect((await migrate({ url: database.adminUrl })).functions).toEqual(["never_again"]);
    expect(await signatures("never_again")).toEqual([]);
  });

  it("stay without a source while a connected service may call them, except for triggers", async () => {
    await earlier("called", "", "create function called() returns integer language sql as $$ select 1 $$");
    await earlier(
      "acts",
      "",
      `create function acts() returns trigger language plpgsql as $$ begin perform fail('conflict'); end $$;
       create trigger acts before update on tenants for each row execute function acts()`,
    );
    const replica = new pg.Client({ connectionString: database.adminUrl, application_name: "parley-gateway@0032" });
    await replica.connect();
    expect((await migrate({ url: database.adminUrl })).functions).toEqual(["acts"]);
    expect(await signatures("acts", "called")).toEqual(["called()"]);
    await replica.end();
    // The server forgets the connection a moment after its end.
    await expect
      .poll(async () => (await migrate({ url: database.adminUrl })).functions, { timeout: 15_000 })
      .toEqual(["called"]);
    expect(await signatures("called")).toEqual([]);
  });

  it("all stay unchanged when one of them cannot be applied", async () => {
    await earlier(
      "iso",
      "timestamp with time zone",
      "create or replace function iso(p_time timestamptz) returns text language sql as $$ select 'never' $$",
    );
    await earlier(
      "needed",
      "text",
      "create function needed(p text) returns boolean language sql immutable as $$ select true $$",
    );
    await client.query("alter table tenants add constraint needs check (needed(name))");
    await expect(migrate({ url: database.adminUrl })).rejects.toMatchObject({
      message: expect.stringContaining("needed"),
    });
    const { rows } = await client.query("select iso(now()) as at");
    expect(rows).toEqual([{ at: "never" }]);
    await client.query("alter table tenants drop constraint needs");
  });
});
