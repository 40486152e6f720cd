import { createHash } from "node:crypto";
import {
  createLink,
  createToken,
  deleteToken,
  listAudit,
  newId,
  type Principal,
  type Role,
  recordAct,
  updateLink,
  verifyAudit,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sealHeads } from "../src/audit/seal-heads.js";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([]);
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<Harness["newTenant"]>>;
type As = (role: Role) => Principal;
const ADDRESS = "192.0.2.7";
const caller = (as: As): Principal => ({ ...as("admin"), address: ADDRESS });
const verified = (tenant: Tenant) => harness.bus.call(verifyAudit, { principal: tenant.as("admin") });
const entries = async (tenant: Tenant, more: object = {}) =>
  (await harness.bus.call(listAudit, { principal: tenant.as("admin"), limit: 200, ...more })).data;

async function newLink(tenant: Tenant, body: Record<string, unknown> = {}): Promise<string> {
  const { link } = await harness.bus.call(createLink, { principal: caller(tenant.as), agent: "desk", body });
  return link.id;
}

const reads = (tenant: Tenant, id: string) =>
  harness.bus.call(recordAct, {
    ...{ principal: caller(tenant.as), action: "session.transcript.read", targetType: "session", targetId: id },
  });

/** A tenant whose chain has so many entries. */
async function chain(length: number): Promise<Tenant> {
  const tenant = await harness.newTenant();
  for (let i = 1; i <= length; i++) await reads(tenant, `text_${i}`);
  return tenant;
}

describe("the audit", () => {
  it("records who changed what, before and after, but nothing that is secret or written by people", async () => {
    const tenant = await harness.newTenant();
    const secrets = { title: "For Bob Secretson", pin: "493817", chat_intent: "the patient's knee" };
    const id = await newLink(tenant, { ...secrets, max_sessions: 3 });
    await harness.bus.call(updateLink, {
      ...{ principal: caller(tenant.as), agent: "desk", id },
      body: { title: "For Ann", max_sessions: 5 },
    });
    const made = await harness.bus.call(createToken, { principal: tenant.as("owner"), name: "CI", role: "viewer" });
    await harness.bus.call(deleteToken, { principal: tenant.as("owner"), id: made.id });
    await reads(tenant, "text_1");
    const all = await entries(tenant);
    expect(all.map(({ action, target_id: target }) => [action, target])).toEqual([
      ["session.transcript.read", "text_1"],
      ["token.revoked", made.id],
      ["token.created", made.id],
      ["link.updated", id],
      ["link.created", id],
    ]);
    expect(all[3]).toMatchObject({
      seq: 2,
      actor: { via: "token", id: "test-admin", role: "admin", address: ADDRESS },
      details: { before: { max_sessions: 3 }, after: { max_sessions: 5 }, other: ["title"] },
    });
    expect(all[4]?.details).toMatchObject({ after: { max_sessions: 3, is_active: true } });
    expect(JSON.stringify(all)).not.toMatch(/Secretson|493817|knee|Ann|scrypt/);
    expect(JSON.stringify(all)).not.toContain(made.token);
  });

  it("is read by admins of its own tenant only, by filter and page", async () => {
    const [tenant, other] = [await chain(5), await chain(1)];
    expect((await entries(other)).map(({ target_id }) => target_id)).toEqual(["text_1"]);
    expect(await codeOf(harness.bus.call(listAudit, { principal: tenant.as("editor"), limit: 5 }))).toBe("forbidden");
    expect(await codeOf(harness.bus.call(verifyAudit, { principal: tenant.as("editor") }))).toBe("forbidden");
    await newLink(tenant);
    expect((await entries(tenant, { action: "link.*" })).map(({ seq }) => seq)).toEqual([6]);
    expect((await entries(tenant, { targetId: "text_3" })).map(({ seq }) => seq)).toEqual([3]);
    expect(await entries(tenant, { actorId: "somebody" })).toEqual([]);
    const page = await harness.bus.call(listAudit, { principal: tenant.as("admin"), limit: 4 });
    expect(page.data.map(({ seq }) => seq)).toEqual([6, 5, 4, 3]);
    expect((await entries(tenant, { cursor: page.nextCursor })).map(({ seq }) => seq)).toEqual([2, 1]);
    expect((await entries(tenant, { after: 3 })).map(({ seq }) => seq)).toEqual([4, 5, 6]);
  });

  it("is one chain without gaps under concurrent actions, and contains nothing that was rolled back", async () => {
    const [tenant, other] = [await harness.newTenant(), await harness.newTenant()];
    const acts = Array.from({ length: 40 }, (_, i) => [
      newLink(i % 2 === 0 ? tenant : other),
      reads(i % 2 === 0 ? tenant : other, `text_${i}`),
      codeOf(newLink(tenant, { max_sessions: -1 })),
    ]);
    await Promise.all(acts.flat());
    for (const each of [tenant, other]) {
      const all = await entries(each);
      expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, i) => 40 - i));
      expect(await verified(each)).toMatchObject({ intact: true, checked: 40, problems: [], head: { seq: 40 } });
    }
  });

  it("cannot be written to by the services", async () => {
    const tenant = await chain(2);
    for (const statement of [
      "update audit_entries set action = 'x'",
      "delete from audit_entries",
      "update audit_heads set seq = 1",
      "delete from audit_seals",
    ])
      await expect(harness.db.tenant(tenant.tenantId, (trx) => sql.raw(statement).execute(trx))).rejects.toThrow(
        /permission denied/,
      );
  });

  it.each<[string, string[], { seq: number; problem: string }[]]>([
    ["a changed byte", ["set action = 'session.transcript.reaD' where seq = 3"], [at(3, "changed")]],
    ["another actor", [`set actor = jsonb_set(actor, '{id}', '"x"') where seq = 1`], [at(1, "changed")]],
    ["another time", ["set at = at + interval '1 microsecond' where seq = 5"], [at(5, "changed")]],
    ["a deleted entry", ["set tenant_id = gen_random_uuid() where seq = 3"], [at(4, "missing_before")]],
    ["a deleted first entry", ["set tenant_id = gen_random_uuid() where seq = 1"], [at(2, "missing_before")]],
    ["a deleted last entry", ["set tenant_id = gen_random_uuid() where seq = 5"], [at(5, "cut_off")]],
    [
      "two swapped entries",
      ["set seq = 99 where seq = 4", "set seq = 4 where seq = 5", "set seq = 5 where seq = 99"],
      [at(4, "changed"), at(4, "not_joined"), at(5, "changed"), at(5, "not_joined")],
    ],
  ])("finds and names %s", async (_name, changes, problems) => {
    const tenant = await chain(5);
    expect(await verified(tenant)).toMatchObject({ intact: true, checked: 5 });
    for (const change of changes) await tamper(tenant, change);
    const found = await verified(tenant);
    expect([found.intact, found.problems]).toEqual([false, problems]);
  });

  it("finds one changed byte in any column", async () => {
    const { rows } = await harness.db.tenant((await chain(1)).tenantId, (trx) =>
      sql<{ name: string; type: string }>`select attname as name, format_type(atttypid, null) as type from pg_attribute
        where attrelid = 'audit_entries'::regclass and attnum > 0 and not attisdropped`.execute(trx),
    );
    const changed: Record<string, string> = {
      text: "overlay(coalesce($, 'y') placing 'x' from 1)",
      jsonb: `coalesce($, '{}') || '{"x": 1}'`,
      bytea: "set_byte($, 0, get_byte($, 0) # 1)",
      "timestamp with time zone": "$ + interval '1 microsecond'",
      uuid: "gen_random_uuid()",
    };
    // Whose it is and where it stands are tried as deleted entries and ones that changed places.
    const columns = rows.filter(({ name }) => name !== "tenant_id" && name !== "seq");
    expect(columns.map(({ name }) => name)).toEqual(expect.arrayContaining(["at", "details", "hash", "target_id"]));
    for (const { name, type } of columns) {
      const tenant = await chain(3);
      await tamper(tenant, `set ${name} = ${(changed[type] ?? "").replaceAll("$", name)} where seq = 2`);
      const found = await verified(tenant);
      expect([name, found.intact, found.problems[0]?.seq]).toEqual([name, false, 2]);
    }
  });

  it("is verified from a cursor, some problems at a time, each of them once", async () => {
    const tenant = await chain(1);
    await harness.db.tenant(tenant.tenantId, async (trx) => {
      await sql`select set_config('app.actor', '{"via": "token", "id": "t", "role": "admin"}', true)`.execute(trx);
      await sql`select note_act(app_tenant(), 'session.read', 'session', n::text)
        from generate_series(1, 5200) as n`.execute(trx);
    });
    await seal();
    await tamper(tenant, "set action = 'x' where (seq between 11 and 110 or seq = 5101)");
    const first = await verified(tenant);
    expect(first).toMatchObject({ intact: false, checked: 5_000, next_cursor: expect.any(String) });
    expect(first.problems.map(({ seq }) => seq)).toEqual(Array.from({ length: 100 }, (_, i) => i + 11));
    const principal = tenant.as("admin");
    const second = await harness.bus.call(verifyAudit, { principal, cursor: first.next_cursor ?? "" });
    expect(second).toMatchObject({ intact: false, checked: 201, next_cursor: null, problems: [at(5101, "changed")] });
    expect(first.sealed + second.sealed).toBe(6);
    expect(await codeOf(harness.bus.call(verifyAudit, { principal, cursor: "none" }))).toBe("validation_failed");
  });

  it("is exported with the input of every hash", async () => {
    const tenant = await chain(3);
    let previous = "00".repeat(32);
    for (const entry of await entries(tenant, { after: 0, proof: true })) {
      const { hash, previous_hash: before = "", hashed = "" } = entry;
      expect(before).toBe(previous);
      expect(createHash("sha256").update(Buffer.from(before, "hex")).update(hashed).digest("hex")).toBe(hash);
      expect(JSON.parse(hashed)).toMatchObject({ seq: entry.seq, actor: entry.actor, target_id: entry.target_id });
      previous = hash;
    }
    expect(previous).toBe((await verified(tenant)).head?.hash);
  });

  it("finds an entry added at the end", async () => {
    const tenant = await chain(2);
    await past(`insert into audit_entries (tenant_id, seq, previous_hash, hash, actor, action, target_type)
      select tenant_id, 3, hash, hash, actor, action, target_type
        from audit_entries where seq = 2 and tenant_id = '${tenant.tenantId}'`);
    expect((await verified(tenant)).problems).toEqual([at(3, "added"), at(3, "changed")]);
  });

  it("finds by its seals a chain that was recomputed, and one that was truncated with its head", async () => {
    const tenant = await chain(5);
    await seal();
    await tamper(tenant, "set action = 'session.read' where seq = 4");
    await makeAnew(tenant);
    expect((await verified(tenant)).problems).toEqual([at(5, "unlike_sealed")]);

    const cut = await chain(4);
    await seal();
    await tamper(cut, "set tenant_id = gen_random_uuid() where seq = 4");
    await makeAnew(cut);
    expect((await verified(cut)).problems).toEqual([at(4, "unlike_sealed")]);
    await past(`update audit_seals set hash_sealed = 'v1.00000000.forged' where tenant_id = '${cut.tenantId}'`);
    expect((await verified(cut)).problems).toEqual([at(4, "seal_broken")]);
  });

  it("sends each entry once to webhooks that subscribe to it by name", async () => {
    const tenant = await harness.newTenant();
    const [asks, everything] = [newId(), newId()];
    await harness.db.tenant(tenant.tenantId, (trx) =>
      sql`insert into webhook_endpoints (id, tenant_id, url, events, created_by) values
        (${asks}, ${tenant.tenantId}, 'https://siem.example', '{audit.entry}', 'test'),
        (${everything}, ${tenant.tenantId}, 'https://all.example', '{*}', 'test')`.execute(trx),
    );
    for (let i = 1; i <= 3; i++) await reads(tenant, `text_${i}`);
    await Promise.all([seal(), seal()]);
    await reads(tenant, "text_4");
    await seal();
    const { rows } = await harness.db.tenant(tenant.tenantId, (trx) =>
      sql<{ endpoint_id: string; type: string; data: unknown }>`
        select endpoint_id, type, data from webhook_deliveries order by (data ->> 'seq')::int`.execute(trx),
    );
    const all = (await entries(tenant)).reverse();
    expect(rows).toEqual(all.map((data) => ({ endpoint_id: asks, type: "audit.entry", data })));
  });

  it("stays intact when its oldest entries are deleted", async () => {
    const tenant = await chain(6);
    await tamper(tenant, "set at = at - interval '401 days' where seq <= 4");
    await makeAnew(tenant);
    expect(await verified(tenant)).toMatchObject({ intact: true, checked: 6 });
    const purge = async () => (await harness.db.query<{ gone: number }>("select purge_audit(400, 3) as gone"))[0]?.gone;
    expect([await purge(), await purge(), await purge()]).toEqual([3, 1, 0]);
    await reads(tenant, "text_7");
    expect(await verified(tenant)).toMatchObject({ intact: true, checked: 3, head: { seq: 7 } });
    await tamper(tenant, "set tenant_id = gen_random_uuid() where seq = 5");
    expect((await verified(tenant)).problems).toEqual([at(6, "missing_before")]);
  });
});

function at(seq: number, problem: string): { seq: number; problem: string } {
  return { seq, problem };
}

/** What somebody with the superuser's password can do: past every policy and trigger. */
const past = (...statements: string[]): Promise<void> =>
  withPostgresClient(harness.database.adminUrl, async (client) => {
    await client.query("set session_replication_role = replica");
    for (const statement of statements) expect((await client.query(statement)).rowCount).toBeGreaterThan(0);
  });

const tamper = ({ tenantId }: Tenant, change: string): Promise<void> =>
  past(`update audit_entries ${change} and tenant_id = '${tenantId}'`);

/** Computes every hash of a chain again, and its head. */
async function makeAnew(tenant: Tenant): Promise<void> {
  const own = `tenant_id = '${tenant.tenantId}'`;
  for (const { seq } of await entries(tenant, { after: 0 })) {
    await past(
      `update audit_entries set previous_hash = coalesce(
         (select hash from audit_entries where ${own} and seq = ${seq - 1}), previous_hash)
        where ${own} and seq = ${seq}`,
      `update audit_entries e set hash = audit_hash(previous_hash, e) where ${own} and seq = ${seq}`,
      `update audit_heads h set seq = e.seq, hash = e.hash
        from audit_entries e where e.${own} and h.${own} and e.seq = ${seq}`,
    );
  }
}

const seal = (): Promise<void> => sealHeads(harness.deps, new AbortController().signal);
