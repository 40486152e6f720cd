import { type Bus, connectBus } from "@parley/bus";
import {
  acceptMessage,
  createSession,
  getSession,
  type LinkPolicy,
  linkUpdated,
  newId,
  readEvents,
  resolveAgent,
  type SessionAccess,
} from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { connectRedis } from "@parley/redis";
import { createSecrets, parseToken } from "@parley/secrets";
import { endsWithin, type FreshDatabase, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSessions, sessionsConfig } from "../src/index.js";

let bus: Bus;
let db: Db;
let database: FreshDatabase;
let close: () => Promise<void>;
const told: { linkId: string }[] = [];

beforeAll(async () => {
  const [nats, fresh] = await Promise.all([startNats(), freshDatabase()]);
  database = fresh;
  const logger = createLogger({ service: "sessions-test", level: "silent" });
  const metrics = createMetrics();
  db = connectDb({ ...PATIENT, url: database.url, name: "sessions-test", logger });
  const redis = await connectRedis({ url: null, logger });
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics });
  const [own, served] = await Promise.all([connect("test"), connect("sessions")]);
  bus = own;
  bus.listen(linkUpdated, async (event) => void told.push(event));
  const agent = { agentName: "Desk", version: 1, isActive: true };
  bus.serve(resolveAgent, async ({ agentId }) => ({ status: "ok" as const, agentId, ...agent }));
  const secrets = createSecrets("a master key for the tests of sessions, long enough");
  const config = sessionsConfig.parse({});
  const sessions = createSessions({ config, logger, metrics, db, redis, secrets, bus: served });
  await sessions.start();
  close = async () => {
    await sessions.stop();
    await Promise.all([own.close(), served.close(), db.close(), redis.close()]);
    await Promise.all([nats.destroy(), database.drop()]);
  };
});
afterAll(() => close());

/** A link with room for so many sessions, each of which may be quiet for half an hour. */
async function newLink(maxSessions: number) {
  const [tenantId, agentId, id] = [newId(), newId(), newId()];
  await db.tenant(tenantId, async (trx) => {
    await sql`insert into tenants (id, name) values (${tenantId}, 'Test')`.execute(trx);
    await sql`insert into agents (id, tenant_id, name, slug) values (${agentId}, ${tenantId}, 'Desk', 'desk')`.execute(
      trx,
    );
    await sql`insert into temporary_chat_links
        (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, max_sessions, session_timeout_minutes)
      values (${id}, ${tenantId}, ${agentId}, ${id}, '', '', 'Desk', 'test', ${maxSessions}, 30)`.execute(trx);
  });
  const policy: LinkPolicy = {
    ...{ id, tenantId, agentId, agentName: "Desk", agentVersion: null, title: "Desk", description: null },
    ...{ welcomeMessage: null, expiresAt: null, maxSessions, sessionsUsed: 0, maxMessagesPerSession: 10 },
    ...{ sessionTimeoutMinutes: 30, rateLimitPerMinute: 10, maxMessageLength: 4000, requireEmail: false },
    ...{ allowedDomains: [], branding: {}, friendlyErrors: false, chatIntent: null, systemPromptOverride: null },
    ...{ initialMessage: null, maxConcurrentSessions: null, introduction: null, allowedIps: [], starters: [] },
    ...{ allowedCountries: [], blockedCountries: [], pinRequired: false, consentText: null, proofOfWork: "off" },
    ...{ fileUploads: { enabled: false, types: [], maxBytes: 1, maxCount: 1 }, recipient: null, access: "open" },
  };
  const open = async (key?: string) => {
    const at = { tenantId, agentId, version: null, metadata: {}, participantVerified: false, link: policy };
    const idempotency = key === undefined ? undefined : { key, fingerprint: "same" };
    const opened = await bus.call(createSession, { ...at, idempotency, replyTo: "test" });
    const token = parseToken("session", opened.sessionToken ?? "");
    if (token === null) throw new Error("a token that was given out must parse");
    const access = { type: "visitor", tenantId, linkId: id, tokenId: token.id, secret: token.secret } as const;
    return { access, sessionId: opened.sessionId };
  };
  return { id, open, tenantId };
}

describe("the time of a session", () => {
  it("is told with its events and its view, by the clock of the database", async () => {
    const { access } = await (await newLink(5)).open();
    const { session } = await bus.call(getSession, { access });
    const page = await bus.call(readEvents, { access, after: 0, limit: 10 });
    expect([session.idle_timeout_seconds, page.idleTimeoutSeconds]).toEqual([1800, 1800]);
    expect(page.idleExpiresAt).toBe(session.idle_expires_at);
    const quietFor = Date.parse(session.idle_expires_at ?? "") - Date.parse(session.updated_at);
    expect(quietFor).toBe(1_800_000);
    expect(Date.parse(page.now ?? "")).toBeGreaterThanOrEqual(Date.parse(session.updated_at));
  });
});

describe("a link", () => {
  it("tells everybody the moment it is full, once, and not with the sessions before", async () => {
    const link = await newLink(3);
    const heard = (): number => told.filter(({ linkId }) => linkId === link.id).length;
    for (const { access } of [await link.open(), await link.open()]) await say(access);
    const last = await link.open();
    expect(heard()).toBe(0);
    // No clean-up runs here that would send it later: whoever took the message tells it at once, or nobody does.
    await endsWithin(1_000, async () => {
      await say(last.access);
      await expect.poll(heard, { timeout: 5_000 }).toBe(1);
    });
    await say(last.access);
    expect(await factsOf(link)).toBe(1);
  });

  it("tells when a session that never began gives its room back", async () => {
    const link = await newLink(1);
    await say((await link.open()).access);
    await db.tenant(link.tenantId, (trx) => sql`select give_session_back(${link.id})`.execute(trx));
    expect(await factsOf(link)).toBe(2);
  });
});

const say = (access: SessionAccess) =>
  bus.call(acceptMessage, { access, content: "a word", clientMessageId: null, replyTo: "test" });

async function factsOf(link: { id: string; tenantId: string }): Promise<number> {
  const { rows } = await db.tenant(link.tenantId, (trx) =>
    sql<{
      n: number;
    }>`select count(*)::int as n from outbox where key = ${link.id} and subject = ${linkUpdated.subject}`.execute(trx),
  );
  return rows[0]?.n ?? 0;
}
