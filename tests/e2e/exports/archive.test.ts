import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectBus } from "@parley/bus";
import { cleanupConfig, createCleanup } from "@parley/cleanup-service";
import { exportRecords, getErasure, requestErasure } from "@parley/contracts";
import { sql } from "@parley/db";
import { createLogger, createMetrics, type Metrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { loadConfig } from "@parley/runtime";
import { createSecrets } from "@parley/secrets";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KnowledgeWorld, startKnowledgeWorld } from "../knowledge/knowledge-world.js";
import { type S3Server, startS3Server } from "./s3-server.js";

const MAIN = fileURLToPath(new URL("archiving-main.ts", import.meta.url));
const EAGER = { RETENTION_INTERVAL_SECONDS: "0.05", ERASURE_INTERVAL_SECONDS: "0.05", RETENTION_DAYS: "1" };
const KINDS = ["sessions", "messages", "ratings", "notes", "reviews"] as const;
const logger = createLogger({ service: "archive-test", level: "silent" });

let world: KnowledgeWorld;
let s3: S3Server;
let agentId: string;
let folder: string;
beforeAll(async () => {
  [world, s3, folder] = await Promise.all([
    startKnowledgeWorld(),
    startS3Server(),
    mkdtemp(join(tmpdir(), "parley-archive-")),
  ]);
  const document = {
    agent: { name: "Desk" },
    workflow: { initial_node: "a", nodes: [{ id: "a", system_prompt: "Answer." }] },
  };
  agentId = (await world.import("desk", document)).agentId;
}, 120_000);
afterAll(async () => {
  await world?.close();
  await s3?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Sessions that ended longer ago than they are kept, with messages of a length, a note and a rating each. */
const past = (name: string, sessions: number, messages: number, length = 20): Promise<void> =>
  world.db.tenant(world.tenantId, async (trx) => {
    const own = sql`(select id from text_conversations where session_id like ${`text_${name}_%`})`;
    await sql`insert into text_conversations
        (id, session_id, tenant_id, agent_id, agent_version, is_active_version, status, end_reason, ended_at, idle_check_at)
      select gen_random_uuid(), 'text_' || ${name}::text || '_' || n, ${world.tenantId}, ${agentId}, 1, true, 'completed', 'visitor',
        now() - interval '25 hours', now() from generate_series(1, ${sessions}) n`.execute(trx);
    await sql`insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content)
      select id, ${world.tenantId}, n, n, 'user', rpad(n::text || ' said ', ${length}, 'on and ') from ${own} c, generate_series(1, ${messages}) n`.execute(
      trx,
    );
    await sql`insert into session_notes (id, conversation_id, tenant_id, author, author_name, content)
      select gen_random_uuid(), id, ${world.tenantId}, 'a', 'A', 'noted' from ${own} c`.execute(trx);
    await sql`insert into session_feedback (conversation_id, tenant_id, rating, text)
      select id, ${world.tenantId}, 4, 'fine' from ${own} c`.execute(trx);
  });

/** What exports tell of each session of that name, as lines of an archive. */
async function told(name: string): Promise<Map<string, string[]>> {
  const lines = new Map<string, string[]>();
  for (const kind of KINDS) {
    for (let after: string | undefined, more = true; more; ) {
      const page = await world.bus.call(exportRecords, { principal: world.principal, kind, after, limit: 1_000 });
      for (const { record } of page.data) {
        const id = String(record.session_id);
        if (id.startsWith(`text_${name}_`))
          lines.set(id, [...(lines.get(id) ?? []), JSON.stringify({ kind, ...record })]);
      }
      after = page.data.at(-1)?.cursor;
      more = page.more;
    }
  }
  return lines;
}

const purged = (name: string): Promise<string[]> =>
  world.db.tenant(world.tenantId, async (trx) => {
    const { rows } = await sql<{ id: string }>`select session_id as id from text_conversations
      where session_id like ${`text_${name}_%`} and purged_at is not null`.execute(trx);
    return rows.map(({ id }) => id);
  });

/** The cleanup service beside the others, while `during` lasts. */
async function cleaning(env: Record<string, string>, during: (metrics: Metrics) => Promise<void>): Promise<void> {
  const [metrics, secrets] = [createMetrics(), createSecrets("test-only-master-key-test-only-master-key")];
  const bus = await connectBus({ url: world.stores.natsUrl, name: "cleanup", logger, metrics });
  const redis = await connectRedis({ url: null, logger });
  const config = loadConfig(cleanupConfig, { ...EAGER, ...env });
  const cleanup = createCleanup({ config, logger, metrics, bus, db: world.db, redis, secrets });
  await cleanup.start();
  try {
    await during(metrics);
  } finally {
    await cleanup.stop();
    await bus.close();
  }
}

const untilPurged = (name: string, count: number) =>
  eventually(async () => expect(await purged(name)).toHaveLength(count), { timeoutMs: 40_000 });

/** Objects of the archive in S3 by session. */
const inS3 = (): Map<string, string[]> =>
  new Map(
    [...s3.objects].map(([key, { body }]): [string, string[]] => {
      const [, id = key] = new RegExp(`^/archive/old/${world.tenantId}/\\d{4}-\\d\\d/(\\w+)\\.jsonl$`).exec(key) ?? [];
      return [id, body.toString().split("\n").slice(0, -1)];
    }),
  );

/** Files of the archive in the folder, by name. */
async function inFolder(): Promise<Map<string, string[]>> {
  const months = existsSync(join(folder, world.tenantId)) ? await readdir(join(folder, world.tenantId)) : [];
  const files = new Map<string, string[]>();
  for (const month of months)
    for (const name of await readdir(join(folder, world.tenantId, month)))
      files.set(name, (await readFile(join(folder, world.tenantId, month, name), "utf8")).split("\n").slice(0, -1));
  return files;
}

describe("an archive before retention", () => {
  it("has every purged session, complete, although its process is killed midway, and continues after it", async () => {
    await past("killed", 45, 3);
    await past("killed_long", 1, 1_200);
    const all = await told("killed");
    expect([...all.values()].map(({ length }) => length).sort()).toEqual([
      1_203,
      ...Array.from({ length: 45 }, () => 6),
    ]);
    const store = { ARCHIVE_TO: "s3://archive/old/", ...s3.env };
    s3.holdAfter(25);
    const env = { PATH: process.env.PATH, DATABASE_URL: world.stores.databaseUrl, NATS_URL: world.stores.natsUrl };
    const child = spawn(process.execPath, ["--conditions=parley-source", "--import", "tsx", MAIN], {
      ...{ env: { ...env, ...EAGER, ...store }, stdio: "inherit" },
    });
    const ended = once(child, "exit");
    await eventually(async () => expect(s3.objects.size).toBe(25), { timeoutMs: 40_000 });
    child.kill("SIGKILL");
    await ended;
    // A batch was purged; of the next one five are archived, and none of them is gone.
    const gone = await purged("killed");
    expect(gone).toHaveLength(20);
    for (const id of gone) expect(inS3().get(id), id).toEqual(all.get(id));
    s3.holdAfter(Number.POSITIVE_INFINITY);
    await cleaning(store, () => untilPurged("killed", 46));
    expect(inS3()).toEqual(all);
  }, 120_000);

  it("stores a session of any length in parts of some megabytes", async () => {
    await past("huge", 1, 20, 500_000);
    const all = (await told("huge")).get("text_huge_1");
    await cleaning({ ARCHIVE_TO: folder }, () => untilPurged("huge", 1));
    const files = await inFolder();
    expect([...files.keys()].sort()).toEqual(["text_huge_1.2.jsonl", "text_huge_1.jsonl"]);
    expect([...(files.get("text_huge_1.jsonl") ?? []), ...(files.get("text_huge_1.2.jsonl") ?? [])]).toEqual(all);
  }, 60_000);

  it("purges nothing that cannot be archived, and says what it needs", async () => {
    await past("nowhere", 3, 1);
    // A file stands where the folder would have to be.
    const blocked = fileURLToPath(import.meta.url);
    await cleaning({ ARCHIVE_TO: blocked }, (metrics) =>
      eventually(async () => {
        const [, failed = "0"] =
          /cleanup_rounds_total\{job="retention",outcome="failed"\} (\d+)/.exec(await metrics.text()) ?? [];
        expect(Number(failed)).toBeGreaterThan(2);
      }),
    );
    expect(await purged("nowhere")).toEqual([]);
    await expect(cleaning({ ARCHIVE_TO: "s3://archive" }, async () => undefined)).rejects.toThrow(/AWS_ACCESS_KEY_ID/);
    expect(() => cleanupConfig.parse({ ARCHIVE_TO: "somewhere" })).toThrow(/absolute folder/);
  }, 60_000);

  it("continues with the others when one session cannot be archived, and retries that one", async () => {
    await past("stuck", 3, 1);
    await world.db.tenant(world.tenantId, (trx) =>
      sql`update text_conversations set ended_at = ended_at - interval '1 hour' where session_id = 'text_stuck_1'`.execute(
        trx,
      ),
    );
    // A folder stands where the file would have to be.
    const month = new Date().toISOString().slice(0, 7);
    const inTheWay = join(folder, world.tenantId, month, "text_stuck_1.jsonl");
    await mkdir(join(inTheWay, "x"), { recursive: true });
    await cleaning({ ARCHIVE_TO: folder }, async () => {
      await untilPurged("stuck", 2);
      expect((await purged("stuck")).toSorted()).toEqual(["text_stuck_2", "text_stuck_3"]);
      await rm(inTheWay, { recursive: true });
      await untilPurged("stuck", 3);
    });
    expect((await inFolder()).get("text_stuck_1.jsonl")).toHaveLength(4);
  }, 60_000);

  it("never contains an erased person: neither during an erasure, nor when a restore brings the data back", async () => {
    const ledger = join(folder, "erasures.jsonl");
    const env = { ARCHIVE_TO: folder, ERASURE_LEDGER_FILE: ledger, ERASURE_SWEEP_MINUTES: "0.002" };
    await past("erased", 1, 2);
    const { principal } = world;
    await cleaning({ ...env, ARCHIVE_TO: "", RETENTION_DAYS: "never" }, async () => {
      const { erasure } = await world.bus.call(requestErasure, { principal, sessionId: "text_erased_1" });
      await eventually(async () => {
        const { erasure: now } = await world.bus.call(getErasure, { principal, id: erasure.id, check: false });
        expect(now.state).toBe("done");
        expect(readFileSync(ledger, "utf8")).toContain(erasure.id);
      });
    });
    // As a dump from before would have it: the words, and nothing of the erasure.
    await world.db.tenant(world.tenantId, async (trx) => {
      await sql`delete from erasure_sessions`.execute(trx);
      await sql`delete from erasures`.execute(trx);
      await sql`update text_conversations set purged_at = null where session_id = 'text_erased_1'`.execute(trx);
      await sql`insert into text_conversation_messages (conversation_id, tenant_id, sequence, turn_seq, role, content)
        select id, tenant_id, 1, 1, 'user', 'back again' from text_conversations where session_id = 'text_erased_1'`.execute(
        trx,
      );
    });
    await past("stranger", 1, 1);
    await cleaning(env, async () => {
      await untilPurged("erased", 1);
      await untilPurged("stranger", 1);
    });
    const names = [...(await inFolder()).keys()];
    expect(names).toContain("text_stranger_1.jsonl");
    expect(names.filter((name) => name.startsWith("text_erased"))).toEqual([]);
  }, 60_000);
});
