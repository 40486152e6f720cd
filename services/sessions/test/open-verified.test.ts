import type { Bus } from "@parley/bus";
import {
  acceptMessage,
  continueVerified,
  createSession,
  endSession,
  getSession,
  type LinkPolicy,
  openVerified,
  type SessionAccess,
  tokenSubject,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import { type MakeService, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSessions, sessionsConfig } from "../src/index.js";

let bus: Bus;
let db: Db;
let stage: World;

beforeAll(async () => {
  const sessions: MakeService = (deps) => createSessions({ config: sessionsConfig.parse({}), ...deps });
  stage = await world({ services: [sessions, sessions], answersForAgents: true });
  ({ bus, db } = stage);
});
afterAll(() => stage.close());

interface Link {
  policy: LinkPolicy;
  open(participantHash?: string): ReturnType<typeof openOn>;
  used(): Promise<number>;
  sql(text: string): Promise<Record<string, unknown>[]>;
}

const openOn = (policy: LinkPolicy, participantHash: string) =>
  bus.call(openVerified, { email: "ada@example.com", participantHash, link: policy, replyTo: "test" });

async function newLink(overrides: { maxSessions?: number; maxMessages?: number } = {}): Promise<Link> {
  const tenant = await stage.tenant();
  const { maxSessions = 5, maxMessages = 10 } = overrides;
  const columns = { max_sessions: maxSessions, max_messages_per_session: maxMessages };
  const { id, policy } = await stage.link(tenant, columns, { requireEmail: true, chatIntent: "returns" });
  const run = (text: string) =>
    db.tenant(tenant.tenantId, async (trx) => (await sql<Record<string, unknown>>`${sql.raw(text)}`.execute(trx)).rows);
  return {
    policy,
    open: (participantHash = "ada") => openOn(policy, participantHash),
    used: async () =>
      Number((await run(`select sessions_used from temporary_chat_links where id = '${id}'`))[0]?.sessions_used),
    sql: run,
  };
}

function accessBy({ policy }: Link, sessionToken: string): SessionAccess {
  const parsed = parseToken("session", sessionToken);
  if (parsed === null) throw new Error("a token that was given out must parse");
  return { type: "visitor", tenantId: policy.tenantId, linkId: policy.id, tokenId: parsed.id, secret: parsed.secret };
}

const send = (access: SessionAccess, content: string) =>
  bus.call(acceptMessage, { access, content, clientMessageId: null, replyTo: "test" });

describe("a confirmed address", () => {
  it("has one conversation on every device, counted once against the quota", async () => {
    const link = await newLink({ maxSessions: 1 });
    const first = await link.open();
    const second = await link.open();
    expect([first.reused, second.reused]).toEqual([false, true]);
    expect(second.sessionId).toBe(first.sessionId);
    expect(second.sessionToken).not.toBe(first.sessionToken);
    expect(await link.used()).toBe(0);
    await send(accessBy(link, first.sessionToken), "from one device");
    await send(accessBy(link, second.sessionToken), "from the other");
    expect(await link.used()).toBe(1);
    const { session } = await bus.call(getSession, { access: accessBy(link, second.sessionToken) });
    expect(session.message_count).toBe(2);
    await expect(link.open("bob")).rejects.toMatchObject({ code: "sessions_exhausted" });
  });

  it("opens one conversation however many devices confirm at the same moment", async () => {
    const link = await newLink({ maxSessions: 50 });
    const opened = await Promise.all(Array.from({ length: 20 }, () => link.open()));
    expect(new Set(opened.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(opened.filter(({ reused }) => !reused)).toHaveLength(1);
  });

  it("has its own conversation on every link, separate from other addresses", async () => {
    const [link, other] = [await newLink(), await newLink()];
    const ids = [await link.open(), await link.open("bob"), await other.open()].map(({ sessionId }) => sessionId);
    expect(new Set(ids).size).toBe(3);
  });

  it("begins a new conversation when the last one was ended, was idle too long, or has expired", async () => {
    const link = await newLink();
    const first = await link.open();
    await bus.call(endSession, { access: accessBy(link, first.sessionToken), reason: "visitor", idempotency: null });
    const second = await link.open();
    await link.sql("update text_conversations set updated_at = now() - interval '31 minutes' where ended_at is null");
    const third = await link.open();
    await link.sql("update text_conversations set expires_at = now() where ended_at is null");
    const fourth = await link.open();
    expect([first, second, third, fourth].map(({ reused }) => reused)).toEqual([false, false, false, false]);
    expect(await link.used()).toBe(0);
    const reasons = await link.sql("select end_reason from text_conversations order by created_at");
    expect(reasons.map(({ end_reason }) => end_reason)).toEqual(["visitor", "idle_timeout", "expired", null]);
  });

  it("is not admitted by a link that was disabled meanwhile", async () => {
    const link = await newLink();
    await link.open();
    await link.sql("update temporary_chat_links set is_active = false");
    await expect(link.open()).rejects.toMatchObject({ code: "link_unavailable" });
    await expect(link.open("bob")).rejects.toMatchObject({ code: "link_unavailable" });
  });

  it("gets a token for 24 hours, valid on this link only", async () => {
    const [link, other] = [await newLink(), await newLink()];
    const { sessionToken, tokenExpiresAt } = await link.open();
    expect(Math.abs(Date.parse(tokenExpiresAt) - Date.now() - 86_400_000)).toBeLessThan(60_000);
    const access = accessBy(link, sessionToken);
    await bus.call(getSession, { access });
    const elsewhere = { ...access, linkId: other.policy.id, tenantId: other.policy.tenantId };
    await expect(bus.call(getSession, { access: elsewhere })).rejects.toMatchObject({ code: "session_token_invalid" });
    await link.sql("update temporary_chat_sessions set expires_at = expires_at - interval '24 hours'");
    await expect(bus.call(getSession, { access })).rejects.toMatchObject({ code: "session_token_invalid" });
    await expect(send(access, "late")).rejects.toMatchObject({ code: "session_token_invalid" });
  });

  it("begins again with the old token, which never opens anything beyond its 24 hours", async () => {
    const link = await newLink();
    const first = await link.open();
    const access = accessBy(link, first.sessionToken);
    const again = (afterLeaving: boolean) =>
      bus.call(continueVerified, { access, link: link.policy, afterLeaving, replyTo: "test" });
    await bus.call(endSession, { access, reason: "visitor", idempotency: null });
    const opened = await Promise.all([again(true), again(false)]);
    expect(opened[0].sessionId).toBe(opened[1].sessionId);
    expect(opened[0].sessionId).not.toBe(first.sessionId);
    expect(opened.map(({ tokenExpiresAt }) => tokenExpiresAt)).toEqual([first.tokenExpiresAt, first.tokenExpiresAt]);
    await send(accessBy(link, opened[0].sessionToken), "as the same person");
    const people = await link.sql("select participant, participant_verified from text_conversations");
    expect(people).toEqual(Array(2).fill({ participant: { email: "ada@example.com" }, participant_verified: true }));
    await link.sql("update text_conversations set end_reason = 'workflow_ended' where end_reason is not null");
    await expect(again(true)).rejects.toMatchObject({ code: "session_ended" });
    await link.sql("update temporary_chat_sessions set expires_at = now()");
    await expect(again(false)).rejects.toMatchObject({ code: "session_token_invalid" });
  });

  it("cannot be claimed by an anonymous visitor, whose token opens nothing", async () => {
    const link = await newLink();
    const { sessionToken } = await bus.call(createSession, {
      tenantId: link.policy.tenantId,
      agentId: link.policy.agentId,
      version: null,
      metadata: {},
      participant: { email: "ada@example.com" },
      participantVerified: false,
      link: link.policy,
      replyTo: "test",
    });
    const access = accessBy(link, sessionToken ?? "");
    const again = bus.call(continueVerified, { access, link: link.policy, afterLeaving: false, replyTo: "test" });
    await expect(again).rejects.toMatchObject({ code: "verification_required" });
  });

  it("is one person to rate limits on every device, and nobody to other links", async () => {
    const link = await newLink();
    const tokens = [await link.open(), await link.open()];
    const subjects = await Promise.all(
      tokens.map(({ sessionToken }) => bus.call(tokenSubject, { access: accessBy(link, sessionToken) })),
    );
    expect(subjects[0]).toEqual(subjects[1]);
    expect(subjects[0]).toEqual({
      subject: expect.stringMatching(/^[0-9a-f]{64}$/),
      sessionId: tokens[0]?.sessionId,
      participantHash: "ada",
    });
    const { policy } = link;
    const { sessionToken } = await bus.call(createSession, {
      tenantId: policy.tenantId,
      agentId: policy.agentId,
      version: null,
      metadata: {},
      participant: { email: "ada@example.com" },
      participantVerified: false,
      link: policy,
      replyTo: "test",
    });
    const claimed = await bus.call(tokenSubject, { access: accessBy(link, sessionToken ?? "") });
    expect(claimed).toMatchObject({ subject: null, participantHash: null });
    const foreign = accessBy(await newLink(), tokens[0]?.sessionToken ?? "");
    await expect(bus.call(tokenSubject, { access: foreign })).rejects.toMatchObject({ code: "session_token_invalid" });
  });

  it("is remembered: its conversation becomes due for a summary", async () => {
    const link = await newLink();
    const { sessionId } = await link.open();
    await link.sql("update text_conversations set total_turns = 5");
    const rows = await db.query<{ claim: unknown }>("select claim_person_summary($1, $2, 5, 1000) as claim", [
      link.policy.tenantId,
      sessionId,
    ]);
    expect(rows[0]?.claim).toMatchObject({ email: "ada@example.com", agent_id: link.policy.agentId });
  });
});
