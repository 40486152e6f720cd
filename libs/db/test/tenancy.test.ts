import { newId } from "@parley/contracts";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sql } from "../src/index.js";
import { accept, type Fixture, message, opened, turnFixture } from "./turn-fixture.js";

let f: Fixture;
beforeAll(async () => {
  f = await turnFixture();
});
afterAll(() => f.close());

async function asOwner<R extends pg.QueryResultRow>(text: string): Promise<R[]> {
  const client = new pg.Client({ connectionString: f.database.adminUrl });
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}

describe("tenancy", () => {
  it("acts as a role that is neither superuser nor owner nor exempt from row level security", async () => {
    const [row] = await f.db.query<Record<string, unknown>>(
      "select current_user::text as name, rolsuper, rolbypassrls from pg_roles where rolname = current_user",
    );
    expect(row).toEqual({ name: "parley_app", rolsuper: false, rolbypassrls: false });
    const owned = await f.db.query(
      "select relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname in ('parley_app', 'parley_jobs')",
    );
    expect(owned).toEqual([]);
  });

  it("resolves names in temporary tables last in every function that acts with another role's rights", async () => {
    const paths = await asOwner<{ settings: string[] | null; functions: number }>(`
      select array(select s from unnest(p.proconfig) s where s like 'search_path=%') as settings, count(*)::int as functions
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname = 'public' and p.prosecdef group by 1`);
    expect(paths).toEqual([{ settings: ["search_path=public, pg_temp"], functions: expect.any(Number) }]);
    expect(paths[0]?.functions).toBeGreaterThan(20);
  });

  it("makes functions that read across tenants belong to the jobs role, callable only by the two roles", async () => {
    const others = await asOwner(`
      select p.proname as name, pg_get_userbyid(p.proowner)::text as owner,
             (select array_agg(grantee::regrole::text order by 1) from aclexplode(p.proacl) where grantee <> p.proowner) as callers
        from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
         and not (p.proowner = 'parley_jobs'::regrole
                  and array(select grantee::regrole::text from aclexplode(p.proacl) order by 1) = '{parley_app,parley_jobs}') order by 1`);
    // They make and drop tables, so they act as their owner.
    expect(others).toEqual(
      ["drop_partitions", "ensure_partitions"].map((name) => ({
        name,
        owner: "parley_owner",
        callers: ["parley_app"],
      })),
    );
  });

  it("protects every table that has a tenant, even from its owner", async () => {
    const open = await asOwner(`
      select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname not in ('schema_migrations', 'schema_functions', 'schema_releases')
         and not (c.relrowsecurity and c.relforcerowsecurity)`);
    expect(open).toEqual([]);
  });

  it("grants the application nothing on partitions, so none can be read around its parent's policy", async () => {
    await expect(
      f.db.query(`select * from text_conversation_messages_${new Date().toISOString().slice(0, 7).replace("-", "_")}`),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("fails without a tenant instead of returning nothing", async () => {
    await opened(f);
    await expect(f.db.query("select * from text_conversations")).rejects.toThrow(/app.tenant_id|invalid input syntax/);
  });

  it("shows nothing to another tenant and accepts nothing from it", async () => {
    const sessionId = await opened(f);
    const other = newId();
    const seen = await f.db.tenant(other, (trx) => sql`select * from text_conversations`.execute(trx));
    expect(seen.rows).toEqual([]);
    const written = f.db.tenant(other, (trx) =>
      sql`insert into outbox (tenant_id, subject, key, payload) values (${f.tenantId}, 's', 'k', '{}')`.execute(trx),
    );
    await expect(written).rejects.toMatchObject({ code: "42501" });
    expect(
      (await accept(f, [{ ...message(f, sessionId, "x"), access: { tenant_id: other, session_id: sessionId } }]))[0],
    ).toMatchObject({ error: "session_not_found" });
  });
});
