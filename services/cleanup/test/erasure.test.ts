import { type Bus, connectBus } from "@parley/bus";
import {
  type ErasureReceipt,
  getErasure,
  listErasures,
  newId,
  type Principal,
  requestErasure,
  verifyReceipt,
} from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { createLogger, createMetrics } from "@parley/observability";
import type { Component } from "@parley/runtime";
import { eventually, type FreshDatabase, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanupConfig, createCleanup } from "../src/index.js";
import { redis, secrets } from "./background.js";
import { ADDRESS, keptElsewhere } from "./kept-elsewhere.js";
import { keptSessions, newLink, newOwner, type Owner, WORD } from "./kept-session.js";

const logger = createLogger({ service: "erasure-test", level: "silent" });
let nats: Awaited<ReturnType<typeof startNats>>;
let database: FreshDatabase;
let db: Db;
let bus: Bus;
let cleanup: Component;

beforeAll(async () => {
  [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  db = connectDb({ ...PATIENT, url: database.url, name: "erasure-test", logger, max: 12 });
  bus = await connectBus({ url: nats.url, name: "cleanup", logger, callKey: secrets.callKey });
  const config = cleanupConfig.parse({ ERASURE_INTERVAL_SECONDS: "0.05" });
  cleanup = createCleanup({ config, logger, metrics: createMetrics(), bus, db, redis, secrets });
  await cleanup.start();
});
afterAll(async () => {
  await cleanup.stop();
  await bus.close();
  await db.close();
  await Promise.all([nats.destroy(), database.drop()]);
});

const adminOf = ({ tenantId }: Owner): Principal => ({ tenantId, role: "admin", via: "token", id: "test" });

const whenDone = (owner: Owner, id: string) =>
  eventually(
    async () => {
      const { erasure } = await bus.call(getErasure, { principal: adminOf(owner), id, check: false });
      expect(erasure.state).toBe("done");
      return erasure;
    },
    { timeoutMs: 40_000 },
  );

async function erased(owner: Owner, subject: { email: string } | { sessionId: string }) {
  const { erasure } = await bus.call(requestErasure, { principal: adminOf(owner), ...subject });
  return whenDone(owner, erasure.id);
}

/** `table.column` of everything of a tenant that holds one of the words, past row level security; bytes as text. */
const whereIs = (owner: Owner, ...words: string[]): Promise<string[]> =>
  withPostgresClient(database.adminUrl, async (admin) => {
    const tables = await admin.query<{ name: string }>(
      `select distinct c.table_name as name from information_schema.columns c
       join pg_class r on r.relname = c.table_name and r.relkind in ('r', 'p') and not r.relispartition
       where c.table_schema = 'public' and c.column_name = 'tenant_id'`,
    );
    const found = new Set<string>();
    for (const { name } of tables.rows) {
      const { rows } = await admin.query<Record<string, unknown>>(`select * from ${name} where tenant_id = $1`, [
        owner.tenantId,
      ]);
      for (const row of rows)
        for (const [column, value] of Object.entries(row)) {
          const text = Buffer.isBuffer(value) ? value.toString("latin1") : (JSON.stringify(value) ?? "");
          if (words.some((word) => text.includes(word))) found.add(`${name}.${column}`);
        }
    }
    return [...found].sort();
  });

const sessionIdsOf = (owner: Owner, ids: string[]): Promise<string[]> =>
  db.tenant(owner.tenantId, async (trx) => {
    const { rows } = await sql<{ session_id: string }>`
      select session_id from text_conversations where id = any(${ids}::uuid[]) order by id`.execute(trx);
    return rows.map(({ session_id }) => session_id);
  });

describe("the erasure of an address", () => {
  it("leaves neither the address nor the person's words in any table, and reports what each store lost", async () => {
    const owner = await newOwner(db);
    const linkId = await newLink(db, owner, null);
    await keptSessions(db, owner, { count: 2, linkId, endedDaysAgo: 1 });
    const running = await keptSessions(db, owner, { count: 1, endedDaysAgo: null });
    await keptElsewhere(db, owner, linkId);
    expect((await whereIs(owner, WORD, ADDRESS)).length).toBeGreaterThan(40);
    const { receipt, progress } = await erased(owner, { email: ADDRESS });
    expect(await whereIs(owner, WORD, ADDRESS)).toEqual([]);
    const removed = Object.fromEntries(receipt?.stores.map((one) => [one.store, one.removed]) ?? []);
    expect(removed).toMatchObject({
      sessions: { sessions: 3, messages: 12, events: expect.any(Number), files: 3, turns: 6, deliveries: 9 },
      ...{ memory: { rows: 1 }, access_requests: { rows: 1 }, access_addresses: { rows: 1 } },
      ...{ verifications: { rows: 1 }, mails: { rows: 3 }, links: { rows: 1 }, link_templates: { rows: 1 } },
      ...{
        recipients: { rows: 1 },
        schedule_recipients: { rows: 1 },
        suppressions: { rows: 1 },
        send_outs: { rows: 2 },
      },
      ...{ deliveries: { rows: 1 }, answers: { rows: 1 }, knowledge_uploads: { rows: 1 }, outbox: { rows: 1 } },
    });
    expect(receipt?.stores.every(({ remaining }) => remaining === 0)).toBe(true);
    expect(progress).toMatchObject({ step: null, repeated: 0 });
    const { rows } = await db.tenant(owner.tenantId, (trx) =>
      sql`select c.status, c.end_reason, c.total_turns from text_conversations c where id = any(${running}::uuid[])`.execute(
        trx,
      ),
    );
    expect(rows).toEqual([{ status: "completed", end_reason: "erased", total_turns: 2 }]);
    const sealed = await db.tenant(owner.tenantId, (trx) => sql`select subject_sealed from erasures`.execute(trx));
    expect(sealed.rows).toEqual([{ subject_sealed: null }]);
  });

  it("touches nobody else: another address, one that contains this one, another tenant", async () => {
    const [owner, other] = [await newOwner(db), await newOwner(db)];
    await keptSessions(db, owner, { endedDaysAgo: 1 });
    await keptSessions(db, other, { endedDaysAgo: 1 });
    await keptElsewhere(db, other, await newLink(db, other, null));
    const before = await whereIs(other, WORD);
    const longer = `n${ADDRESS}`;
    await db.tenant(owner.tenantId, (trx) =>
      sql`update text_conversations set participant = ${JSON.stringify({ email: longer })}, metadata = '{}'`.execute(
        trx,
      ),
    );
    const linkId = await newLink(db, owner, null);
    await db.tenant(owner.tenantId, (trx) =>
      sql`update temporary_chat_links set title = ${`${longer} ${ADDRESS}.org <${ADDRESS}>`} where id = ${linkId}`.execute(
        trx,
      ),
    );
    await erased(owner, { email: ADDRESS });
    expect(await whereIs(owner, longer)).toContain("text_conversations.participant");
    const { rows } = await db.tenant(owner.tenantId, (trx) => sql`select title from temporary_chat_links`.execute(trx));
    expect(rows).toEqual([{ title: `${longer} ${ADDRESS}.org <[erased]>` }]);
    expect((await whereIs(owner, WORD)).length).toBeGreaterThan(20);
    expect(await whereIs(other, WORD)).toEqual(before);
  });

  it("leaves what the person did after the request", async () => {
    const owner = await newOwner(db);
    const ids = await keptSessions(db, owner, { endedDaysAgo: 1 });
    await db.tenant(owner.tenantId, (trx) =>
      sql`update text_conversations set created_at = now() + interval '1 hour' where id = any(${ids}::uuid[])`.execute(
        trx,
      ),
    );
    const { receipt } = await erased(owner, { email: ADDRESS });
    expect(receipt?.stores.find(({ store }) => store === "sessions")?.removed).toEqual({});
    expect((await whereIs(owner, WORD)).length).toBeGreaterThan(20);
  });

  it("is a single one while in progress, replays by key, and can be requested again once done", async () => {
    const owner = await newOwner(db);
    const principal = adminOf(owner);
    const ask = (key: string) =>
      bus.call(requestErasure, { principal, email: ADDRESS, idempotency: { key, fingerprint: "f" } });
    const first = await ask("one");
    await whenDone(owner, first.erasure.id);
    expect(await ask("one")).toMatchObject({ replayed: true, erasure: { id: first.erasure.id, state: "done" } });
    const second = await ask("two");
    expect(second.erasure.id).not.toBe(first.erasure.id);
    await whenDone(owner, second.erasure.id);
    const page = await bus.call(listErasures, { principal, limit: 1 });
    expect(page).toMatchObject({ data: [{ id: second.erasure.id }], nextCursor: expect.any(String) });
    const rest = await bus.call(listErasures, { principal, limit: 1, cursor: page.nextCursor ?? "" });
    expect(rest).toMatchObject({ data: [{ id: first.erasure.id }], nextCursor: null });
  });

  it("is refused to editors, and unknown to other tenants", async () => {
    const [owner, other] = [await newOwner(db), await newOwner(db)];
    const editor: Principal = { ...adminOf(owner), role: "editor" };
    await expect(bus.call(requestErasure, { principal: editor, email: ADDRESS })).rejects.toMatchObject({
      code: "forbidden",
    });
    const { id } = await erased(owner, { email: ADDRESS });
    await expect(bus.call(getErasure, { principal: adminOf(other), id, check: false })).rejects.toMatchObject({
      code: "erasure_not_found",
    });
  });
});

describe("the erasure of a session", () => {
  it("removes this session and no other of the same person", async () => {
    const owner = await newOwner(db);
    const [gone, kept] = await sessionIdsOf(owner, await keptSessions(db, owner, { count: 2, endedDaysAgo: 1 }));
    const { receipt } = await erased(owner, { sessionId: gone ?? "" });
    expect(receipt?.stores.map(({ store }) => store)).toEqual(["sessions", "memory", "live", "facts", "logs"]);
    const { rows } = await db.tenant(owner.tenantId, (trx) =>
      sql`select session_id, purged_at is not null as gone from text_conversations`.execute(trx),
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        { session_id: gone, gone: true },
        { session_id: kept, gone: false },
      ]),
    );
    const unknown = bus.call(requestErasure, { principal: adminOf(await newOwner(db)), sessionId: gone ?? "" });
    await expect(unknown).rejects.toMatchObject({ code: "session_not_found" });
  });
});

describe("an erasure receipt", () => {
  it("is genuine as issued, but not with one value changed or for another tenant", async () => {
    const [owner, other] = [await newOwner(db), await newOwner(db)];
    const { id, receipt } = await erased(owner, { email: ADDRESS });
    if (receipt === null) throw new Error("there is a receipt");
    const verdictOf = (given: ErasureReceipt, of = owner) =>
      bus.call(verifyReceipt, { principal: adminOf(of), receipt: given });
    expect(await verdictOf(receipt)).toEqual({ valid: true, finding: "genuine", erasure_id: id });
    const [first, ...rest] = receipt.stores;
    if (first === undefined) throw new Error("there are stores");
    for (const altered of [
      { ...receipt, tenant_id: newId() },
      { ...receipt, done_at: "2026-11-01T10:00:00.000Z" },
      { ...receipt, stores: [{ ...first, removed: { rows: 7 } }, ...rest] },
      { ...receipt, stores: rest },
      { ...receipt, signature: `${receipt.signature.slice(0, -1)}x` },
    ])
      expect(await verdictOf(altered)).toMatchObject({ valid: false, finding: "altered" });
    expect(await verdictOf(receipt, other)).toMatchObject({ valid: false, finding: "of_another_tenant" });
  });
});
