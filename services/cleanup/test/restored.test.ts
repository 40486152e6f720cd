import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bus, connectBus } from "@parley/bus";
import { getErasure, type Principal, requestErasure } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import { createLogger, createMetrics } from "@parley/observability";
import type { Component } from "@parley/runtime";
import { eventually, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cleanupConfig, createCleanup } from "../src/index.js";
import { redis, secrets } from "./background.js";
import { ADDRESS, keptElsewhere } from "./kept-elsewhere.js";
import { keptSessions, newLink, newOwner, type Owner } from "./kept-session.js";

const logger = createLogger({ service: "restore-test", level: "silent" });
let undo: (() => unknown)[] = [];
let nats: Awaited<ReturnType<typeof startNats>>;
let ledger: string;
beforeEach(async () => {
  nats = await startNats();
  const folder = mkdtempSync(join(tmpdir(), "parley-ledger-"));
  ledger = join(folder, "erasures.jsonl");
  undo = [() => rmSync(folder, { recursive: true }), () => nats.destroy()];
});
afterEach(async () => {
  for (const step of undo.reverse()) await step();
});

interface Product {
  db: Db;
  bus: Bus;
  stop(): Promise<void>;
}

/** The cleanup service on a database, with the ledger that outlives it. */
async function start(url: string): Promise<Product> {
  const db = connectDb({ ...PATIENT, url, name: "restore-test", logger });
  const bus = await connectBus({ url: nats.url, name: "cleanup", logger, callKey: secrets.callKey });
  const config = cleanupConfig.parse({
    ...{ ERASURE_INTERVAL_SECONDS: "0.05", ERASURE_SWEEP_MINUTES: "0.002", ERASURE_LEDGER_FILE: ledger },
  });
  const cleanup: Component = createCleanup({ config, logger, metrics: createMetrics(), bus, db, redis, secrets });
  await cleanup.start();
  return {
    ...{ db, bus },
    async stop() {
      await cleanup.stop();
      await bus.close();
      await db.close();
    },
  };
}

const adminOf = ({ tenantId }: Owner): Principal => ({ tenantId, role: "admin", via: "token", id: "test" });

/** What is left of the sessions of a tenant, and where its address is. */
async function left(db: Db, owner: Owner): Promise<{ full: number; memories: number; mails: number; named: number }> {
  return db.tenant(owner.tenantId, async (trx) => {
    const { rows } = await sql<{ full: number; memories: number; mails: number; named: number }>`select
      (select count(*)::int from text_conversations where purged_at is null) as full, (select count(*)::int from memories) as memories,
      (select count(*)::int from dev_mail) as mails, (select count(*)::int from temporary_chat_links where title like '%@%') as named`.execute(
      trx,
    );
    if (rows[0] === undefined) throw new Error("one row");
    return rows[0];
  });
}

const GONE = { full: 0, memories: 0, mails: 0, named: 0 };

async function whenDone({ bus }: Product, owner: Owner, id: string, cause: "request" | "restore") {
  return eventually(
    async () => {
      const { erasure } = await bus.call(getErasure, { principal: adminOf(owner), id, check: true });
      expect(erasure).toMatchObject({ state: "done", cause, check: { clean: true, found: {} } });
      return erasure;
    },
    { timeoutMs: 40_000 },
  );
}

/** A copy of a database that nobody is connected to, as a backup. */
async function backupOf(adminUrl: string): Promise<{ url(original: string): string }> {
  const name = `${new URL(adminUrl).pathname.slice(1)}_backup`;
  const maintenance = new URL(adminUrl);
  maintenance.pathname = "/postgres";
  const original = new URL(adminUrl).pathname.slice(1);
  await withPostgresClient(maintenance.toString(), (admin) =>
    admin.query(`create database ${name} template ${original}`),
  );
  undo.push(() =>
    withPostgresClient(maintenance.toString(), (admin) => admin.query(`drop database ${name} with (force)`)),
  );
  return {
    url(given) {
      const changed = new URL(given);
      changed.pathname = `/${name}`;
      return changed.toString();
    },
  };
}

describe("erased data", () => {
  it("is erased again after an earlier backup is restored, while newer data stays", async () => {
    const database = await freshDatabase();
    undo.push(() => database.drop());
    const writer = connectDb({ ...PATIENT, url: database.url, name: "writer", logger });
    const [owner, other] = [await newOwner(writer), await newOwner(writer)];
    await keptSessions(writer, owner, { count: 2, endedDaysAgo: 1 });
    await keptElsewhere(writer, owner, await newLink(writer, owner, null));
    await keptSessions(writer, other, { endedDaysAgo: 1 });
    await writer.close();
    const backup = await backupOf(database.adminUrl);

    const before = await start(database.url);
    const { erasure } = await before.bus.call(requestErasure, { principal: adminOf(owner), email: ADDRESS });
    await whenDone(before, owner, erasure.id, "request");
    expect(await left(before.db, owner)).toEqual(GONE);
    await eventually(async () => expect(existsSync(ledger)).toBe(true));
    await before.stop();
    // A line of a process that was killed while it wrote.
    appendFileSync(ledger, '{"entry":"{\\"erasure_id\\":');

    const restored = connectDb({ ...PATIENT, url: backup.url(database.url), name: "restored", logger });
    expect(await left(restored, owner)).toEqual({ full: 2, memories: 1, mails: 2, named: 1 });
    // The person is back meanwhile.
    const [young] = await keptSessions(restored, owner, { endedDaysAgo: 0 });
    await restored.tenant(owner.tenantId, (trx) =>
      sql`update text_conversations set created_at = clock_timestamp() where id = ${young}`.execute(trx),
    );
    const after = await start(backup.url(database.url));
    await whenDone(after, owner, erasure.id, "restore");
    expect(await left(restored, owner)).toEqual({ ...GONE, full: 1 });
    expect((await left(restored, other)).full).toBe(1);
    await restored.close();
    await after.stop();
  }, 90_000);

  it("is found and erased again when a single table is restored", async () => {
    const database = await freshDatabase();
    undo.push(() => database.drop());
    const product = await start(database.url);
    const owner = await newOwner(product.db);
    const ids = await keptSessions(product.db, owner, { count: 1, endedDaysAgo: 1 });
    const { erasure } = await product.bus.call(requestErasure, { principal: adminOf(owner), email: ADDRESS });
    const first = await whenDone(product, owner, erasure.id, "request");
    await product.db.tenant(owner.tenantId, (trx) =>
      sql`update text_conversations set purged_at = null, participant = ${JSON.stringify({ email: ADDRESS })} where id = any(${ids}::uuid[])`.execute(
        trx,
      ),
    );
    const again = await whenDone(product, owner, erasure.id, "restore");
    expect(await left(product.db, owner)).toEqual(GONE);
    expect(again.receipt?.done_at).not.toBe(first.receipt?.done_at);
    await product.stop();
  }, 60_000);
});
