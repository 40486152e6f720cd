import { readFileSync } from "node:fs";
import pg from "pg";
import { expect, it } from "vitest";
import { connectDb } from "../src/index.js";
import { accept, logger, message, opened, turnFixture } from "./turn-fixture.js";

it("works with a login that is a member of parley_app only, and cannot gain further rights", async () => {
  const f = await turnFixture();
  const login = `login_${f.tenantId.slice(-12)}`;
  const admin = new pg.Client({ connectionString: f.database.adminUrl });
  await admin.connect();
  try {
    await admin.query(`create role ${login} login noinherit password 'x' in role parley_app`);
    const url = new URL(f.database.adminUrl);
    url.username = login;
    url.password = "x";
    const db = connectDb({ url: url.toString(), name: "test", logger });
    try {
      const g = { ...f, db };
      const answers = await accept(g, [message(g, await opened(g), "hello")]);
      expect(answers).toMatchObject([{ replayed: false }]);
      await expect(db.query("set role parley_jobs")).rejects.toMatchObject({ code: "42501" });
      await db.query("reset role");
      const [now] = await db.query<{ role: string }>("select current_user::text as role");
      expect(now?.role).toBe("parley_app");
      await expect(db.query("create table t (x int)")).rejects.toMatchObject({ code: "42501" });
    } finally {
      await db.close();
    }
  } finally {
    await admin.query(`drop role if exists ${login}`);
    await admin.end();
    await f.close();
  }
});

it("acts as parley_app by defaults of its login when a pooler drops start-up parameters", async () => {
  const f = await turnFixture();
  const login = `pooled_${f.tenantId.slice(-12)}`;
  const admin = new pg.Client({ connectionString: f.database.adminUrl });
  await admin.connect();
  const guide = readFileSync(new URL("../../../docs/kubernetes.md", import.meta.url), "utf8");
  const defaults = /```sql\n(alter role [\s\S]*?)```/.exec(guide)?.[1] ?? "";
  try {
    await admin.query(`create role ${login} login noinherit password 'x' in role parley_app`);
    await admin.query(defaults.replaceAll("parley_login", login));
    const url = new URL(f.database.adminUrl);
    url.username = login;
    url.password = "x";
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    const { rows } = await client.query(
      "select current_user::text as role, current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle",
    );
    await client.end();
    expect(rows).toEqual([{ role: "parley_app", statement: "10s", idle: "15s" }]);
  } finally {
    await admin.query(`drop role if exists ${login}`);
    await admin.end();
    await f.close();
  }
});
