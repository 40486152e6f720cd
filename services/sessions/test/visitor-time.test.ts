import type { Bus } from "@parley/bus";
import {
  acceptMessage,
  createSession,
  getSession,
  linkUpdated,
  readEvents,
  type SessionAccess,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import { endsWithin, type MakeService, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSessions, sessionsConfig } from "../src/index.js";

let bus: Bus;
let db: Db;
let stage: World;
const told: { linkId: string }[] = [];

beforeAll(async () => {
  const sessions: MakeService = (deps) => createSessions({ config: sessionsConfig.parse({}), ...deps });
  stage = await world({ services: [sessions], answersForAgents: true });
  ({ bus, db } = stage);
  bus.listen(linkUpdated, async (event) => void told.push(event));
  await bus.settled();
});
afterAll(() => stage.close());

/** A link with room for so many sessions, each of which may be quiet for half an hour. */
async function newLink(maxSessions: number) {
  const tenant = await stage.tenant();
  const { tenantId, agentId } = tenant;
  const { id, policy } = await stage.link(tenant, { max_sessions: maxSessions, session_timeout_minutes: 30 });
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

describe("the idle time of a session", () => {
  it("is reported with its events and its view, by the clock of the database", async () => {
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
  it("announces once when it becomes full, and not for the sessions before", async () => {
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

  it("announces when a session that never began gives its place back", async () => {
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
