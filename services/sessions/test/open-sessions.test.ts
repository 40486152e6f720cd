import { newId } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger } from "@parley/observability";
import { type FreshDatabase, freshDatabase, insertLink, insertTenant, PATIENT } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSessionId } from "../src/lifecycle/create-session.js";
import { createOpenSessions } from "../src/lifecycle/open-sessions.js";

let database: FreshDatabase;
let replicas: Db[];
let tenantId: string;
let agentId: string;

beforeAll(async () => {
  database = await freshDatabase();
  const logger = createLogger({ service: "sessions-test", level: "silent" });
  replicas = ["sessions-1", "sessions-2"].map((name) => connectDb({ ...PATIENT, url: database.url, name, logger }));
  ({ tenantId, agentId } = await insertTenant(firstReplica()));
});
afterAll(async () => {
  await Promise.all(replicas.map((db) => db.close()));
  await database.drop();
});

function firstReplica(): Db {
  const [db] = replicas;
  if (db === undefined) throw new Error("there is no replica");
  return db;
}

async function newLink(maxSessions: number, used = 0): Promise<string> {
  const columns = { max_sessions: maxSessions, sessions_used: used };
  return (await insertLink(firstReplica(), { tenantId, agentId }, { columns })).id;
}

const request = (link: string | null, key: string | null) => ({
  id: newId(),
  session_id: newSessionId(),
  tenant_id: tenantId,
  agent_id: agentId,
  agent_version: 1,
  is_active_version: true,
  participant: {},
  participant_verified: false,
  metadata: {},
  idle_timeout_seconds: 1800,
  reply_to: "test",
  consent: false,
  consent_hash: null,
  idem_key: key,
  idem_fingerprint: "same",
  signature: null,
  link: link === null ? null : { id: link, token_row_id: newId(), token_id: newId(), token_hash: "00", policy: {} },
});

describe("concurrent openings of sessions", () => {
  it("create one session per request, however often, on any replica and beside any link it is repeated", async () => {
    const links = await Promise.all([newLink(500), newLink(500), newLink(500)]);
    const open = replicas.map((db) => createOpenSessions(db));
    // 60 requests, each five times, in another order on each replica: batches meet each other's keys and links crosswise.
    const asked = Array.from({ length: 60 }, (_, n) => ({ key: `request ${n}`, link: links[n % 3] ?? "" }));
    const opened = await Promise.all(
      [0, 1, 2, 3, 4].flatMap((repeat) =>
        (repeat % 2 === 0 ? asked : [...asked].reverse()).map(async ({ key, link }) => {
          const answer = await open[repeat % 2]?.(request(link, key));
          return { key, id: answer?.session.conversation_id, replayed: answer?.replayed };
        }),
      ),
    );
    for (const { key } of asked) {
      const same = opened.filter((answer) => answer.key === key);
      expect(new Set(same.map(({ id }) => id)).size).toBe(1);
      expect(same.filter(({ replayed }) => replayed === false)).toHaveLength(1);
    }
    const made = await firstReplica().tenant(tenantId, async (trx) => {
      const { rows } = await sql<{ made: number }>`select count(*)::int as made from text_conversations
        where link_id = any(${links}::uuid[])`.execute(trx);
      return rows[0]?.made;
    });
    expect(made).toBe(60);
  });

  it("are refused individually: a full link does not affect the other sessions in its statement", async () => {
    const [full, open] = [await newLink(1, 1), createOpenSessions(firstReplica())];
    const answers = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => open(request(n % 2 === 0 ? full : null, null))),
    );
    const ofFull = answers.filter((_, n) => n % 2 === 0);
    for (const answer of ofFull)
      expect(answer).toMatchObject({ status: "rejected", reason: { code: "sessions_exhausted" } });
    expect(answers.filter((_, n) => n % 2 === 1).map(({ status }) => status)).toEqual(Array(20).fill("fulfilled"));
  });

  it("return a retry time for a link with too many concurrent conversations, but none for a full one", async () => {
    const [busy, full, open] = [await newLink(50), await newLink(1, 1), createOpenSessions(firstReplica())];
    await firstReplica().tenant(tenantId, (trx) =>
      sql`update temporary_chat_links set max_concurrent_sessions = 1 where id = ${busy}`.execute(trx),
    );
    await open(request(busy, null));
    const refusals = await Promise.allSettled([busy, busy, busy, full].map((link) => open(request(link, null))));
    const reasons = refusals.map((refusal) => (refusal.status === "rejected" ? refusal.reason : null));
    for (const reason of reasons.slice(0, 3)) {
      expect(reason).toMatchObject({ code: "concurrent_sessions_exhausted" });
      expect(reason.retryAfterSeconds).toBeGreaterThanOrEqual(10);
      expect(reason.retryAfterSeconds).toBeLessThanOrEqual(30);
    }
    // Not all in one moment.
    expect(new Set(reasons.slice(0, 3).map(({ retryAfterSeconds }) => retryAfterSeconds)).size).toBe(3);
    expect(reasons[3]).toMatchObject({ code: "sessions_exhausted", retryAfterSeconds: undefined });
  });
});
