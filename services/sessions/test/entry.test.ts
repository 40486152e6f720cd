import type { Bus } from "@parley/bus";
import {
  acceptMessage,
  continueVerified,
  createSession,
  endSession,
  escalateSession,
  getHistory,
  getSession,
  giveFeedback,
  openVerified,
  readEvents,
  type SessionAccess,
  stopTurn,
  tokenSubject,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { consentHash, parseToken } from "@parley/secrets";
import { type MakeService, type World, withOtherSecret, world } from "@parley/testkit";
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

const TEXT = "We keep what you write.";

/** A link, its owner's changes, and its visitors; a policy in hand is as old as the gateway's may be. */
async function newLink() {
  const tenant = await stage.tenant();
  const { tenantId, agentId } = tenant;
  const { id, policy } = await stage.link(tenant, { max_sessions: 50 }, { chatIntent: "returns" });
  const run = (text: string) =>
    db.tenant(tenantId, async (trx) => (await sql<Record<string, unknown>>`${sql.raw(text)}`.execute(trx)).rows);
  const accessBy = (sessionToken: string | null): SessionAccess => {
    const parsed = parseToken("session", sessionToken ?? "");
    if (parsed === null) throw new Error("a token that was given out must parse");
    return { type: "visitor", tenantId, linkId: id, tokenId: parsed.id, secret: parsed.secret };
  };
  const create = (more: { consent?: boolean | undefined; idempotency?: { key: string; fingerprint: string } }) => {
    const at = { tenantId, agentId, version: null, metadata: {}, participantVerified: false };
    return bus.call(createSession, { ...at, link: policy, replyTo: "test", ...more });
  };
  const open = async (consent?: boolean) => {
    const { sessionToken } = await create({ consent });
    return { access: accessBy(sessionToken), sessionToken: sessionToken ?? "" };
  };
  return {
    policy,
    run,
    setPolicy: (mode: string, linksEnabled = true) =>
      run(`insert into agent_access_policies (agent_id, tenant_id, mode, links_enabled)
        values ('${agentId}', '${tenantId}', '${mode}', ${linksEnabled})
        on conflict (agent_id) do update set mode = excluded.mode, links_enabled = excluded.links_enabled`),
    allow: (hash: string) =>
      run(`insert into agent_access_addresses (agent_id, tenant_id, address_hash, address_sealed)
        values ('${agentId}', '${tenantId}', '${hash}', '')`),
    accessBy,
    create,
    opened: open,
    anonymous: async (consent?: boolean): Promise<SessionAccess> => (await open(consent)).access,
    async verified(participantHash: string, consent?: boolean): Promise<SessionAccess> {
      const call = { email: "ada@example.com", participantHash, link: policy, consent, replyTo: "test" };
      return accessBy((await bus.call(openVerified, call)).sessionToken);
    },
    async again(access: SessionAccess, consent?: boolean): Promise<SessionAccess> {
      const call = { access, link: policy, afterLeaving: true, consent, replyTo: "test" };
      return accessBy((await bus.call(continueVerified, call)).sessionToken);
    },
    consents: () =>
      run("select consent_at is not null as given, consent_hash from temporary_chat_sessions order by id"),
  };
}

const send = (access: SessionAccess) =>
  bus.call(acceptMessage, { access, content: "hello", clientMessageId: null, replyTo: "test" });
const leave = (access: SessionAccess) => bus.call(endSession, { access, reason: "visitor", idempotency: null });
const read = async (access: SessionAccess) =>
  (await bus.call(getHistory, { access, limit: 50, cursor: null })).data.map(({ content }) => content);
const refused = (code: string) => expect.objectContaining({ code });

describe("a session token", () => {
  it("with the right id and another secret opens nothing: it reads, sends, stops and ends nothing", async () => {
    const link = await newLink();
    const { access, sessionToken } = await link.opened();
    await send(access);
    const forged = link.accessBy(withOtherSecret(sessionToken));
    expect({ ...forged, secret: "" }).toEqual({ ...access, secret: "" });
    const attempts: Record<string, () => Promise<unknown>> = {
      send: () => send(forged),
      read: () => read(forged),
      session: () => bus.call(getSession, { access: forged }),
      events: () => bus.call(readEvents, { access: forged, after: 0, limit: 10 }),
      stop: () => bus.call(stopTurn, { access: forged, turnId: null }),
      escalate: () => bus.call(escalateSession, { access: forged, source: "visitor", reason: null, metadata: {} }),
      feedback: () => bus.call(giveFeedback, { access: forged, rating: 1, text: null }),
      subject: () => bus.call(tokenSubject, { access: forged }),
      renew: () => link.again(forged),
      end: () => leave(forged),
    };
    for (const [what, attempt] of Object.entries(attempts))
      await expect(attempt(), what).rejects.toEqual(refused("session_token_invalid"));
    expect(await read(access)).toEqual(["hello"]);
    await send(access);
  });
});

describe("an anonymous session", () => {
  it("with too many unanswered messages says when to retry", async () => {
    const link = await newLink();
    await link.run("update temporary_chat_links set max_messages_per_session = 100");
    const access = await link.anonymous();
    const late = Array.from({ length: 20 }, () =>
      send(access).then(
        () => null,
        (error: unknown) => error,
      ),
    );
    const refusals = (await Promise.all(late)).filter((error) => error !== null);
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: "too_many_pending", retryAfterSeconds: 1 });
  });

  it("that began before its link required an address accepts no more messages, but stays readable", async () => {
    const link = await newLink();
    const access = await link.anonymous();
    await send(access);
    await link.run("update temporary_chat_links set require_email = true");
    await expect(send(access)).rejects.toEqual(refused("verification_required"));
    expect(await read(access)).toEqual(["hello"]);
    await link.run("update temporary_chat_links set require_email = false");
    await send(access);
  });

  it("accepts no more messages once the agent's policy requires an address; a confirmed one continues", async () => {
    const link = await newLink();
    const [stranger, ada] = [await link.anonymous(), await link.verified("ada")];
    await link.setPolicy("any_verified");
    await expect(send(stranger)).rejects.toEqual(refused("verification_required"));
    await send(ada);
  });

  it("does not begin where an address is required, however old the policy that the gateway holds", async () => {
    const link = await newLink();
    await link.setPolicy("any_verified");
    await expect(link.anonymous()).rejects.toEqual(refused("verification_required"));
    expect(await link.run("select sessions_used from temporary_chat_links")).toEqual([{ sessions_used: 0 }]);
  });

  it("still distinguishes an ended conversation from one that lacks an address", async () => {
    const link = await newLink();
    const access = await link.anonymous();
    await leave(access);
    await link.run("update temporary_chat_links set require_email = true");
    await expect(send(access)).rejects.toEqual(refused("session_ended"));
  });
});

describe("a conversation under approval", () => {
  it("begins and continues for an admitted person, and stops at the next message once they no longer are", async () => {
    const link = await newLink();
    await link.setPolicy("approval");
    await expect(link.verified("ada")).rejects.toEqual(refused("access_pending"));
    await link.allow("ada");
    const access = await link.verified("ada");
    await send(access);
    await link.run("delete from agent_access_addresses");
    await expect(send(access)).rejects.toEqual(refused("access_pending"));
    expect(await read(access)).toEqual(["hello"]);
    await leave(access);
    await expect(link.again(access)).rejects.toEqual(refused("access_pending"));
  });
});

describe("disabled links", () => {
  it("accept no message and begin no session", async () => {
    const link = await newLink();
    const [stranger, ada] = [await link.anonymous(), await link.verified("ada")];
    await link.setPolicy("open", false);
    for (const access of [stranger, ada]) await expect(send(access)).rejects.toEqual(refused("link_unavailable"));
    await expect(link.anonymous()).rejects.toEqual(refused("link_unavailable"));
    await expect(link.verified("bob")).rejects.toEqual(refused("link_unavailable"));
    await link.setPolicy("open");
    await send(stranger);
  });
});

describe("consent", () => {
  it("is stored with its time and the hash of the text, and without a hash where there was no text", async () => {
    const link = await newLink();
    await link.anonymous(true);
    link.policy.consentText = TEXT;
    await link.anonymous(true);
    await link.verified("ada", true);
    await link.verified("ada", true);
    const kept = { given: true, consent_hash: consentHash(TEXT) };
    expect(await link.consents()).toEqual([{ given: true, consent_hash: null }, kept, kept, kept]);
  });

  it("carries over to the next conversation with the same text, and is asked for again with another text", async () => {
    const link = await newLink();
    link.policy.consentText = TEXT;
    const first = await link.verified("ada", true);
    await leave(first);
    const second = await link.again(first);
    await leave(second);
    link.policy.consentText = "We keep everything.";
    await expect(link.again(second)).rejects.toEqual(refused("consent_required"));
    await link.again(second, true);
    const old = { given: true, consent_hash: consentHash(TEXT) };
    expect(await link.consents()).toEqual([
      old,
      old,
      { given: true, consent_hash: consentHash("We keep everything.") },
    ]);
  });
});

describe("a session creation that is repeated under its key", () => {
  it("gets the first answer's token from any replica, even at once; no other is made, none is readable", async () => {
    const link = await newLink();
    const idempotency = { key: `link:${link.policy.id}:begin-1`, fingerprint: "f" };
    const answers = await Promise.all([1, 2, 3, 4].map(() => link.create({ idempotency })));
    answers.push(await link.create({ idempotency }));
    expect(answers.filter(({ replayed }) => replayed !== true)).toHaveLength(1);
    const tokens = new Set(answers.map(({ sessionToken }) => sessionToken));
    expect(tokens.size).toBe(1);
    const [token = null] = tokens;
    const { session } = await bus.call(getSession, { access: link.accessBy(token) });
    expect(session.session_id).toBe(answers[0]?.sessionId);
    const rows = await link.run("select token_id from temporary_chat_sessions");
    expect(rows).toHaveLength(1);
    const kept = JSON.stringify(await link.run("select * from idempotency_keys"));
    expect(kept).toContain("token_sealed");
    expect(kept).not.toContain(parseToken("session", token ?? "")?.secret);
    const other = await link.create({ idempotency: { ...idempotency, key: `link:${link.policy.id}:begin-2` } });
    expect(other.sessionToken).not.toBe(token);
  });
});
