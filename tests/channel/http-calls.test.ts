import { createBearerClient, eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type Tenant } from "../cluster/owner.js";
import {
  type Conversation,
  converse,
  type History,
  LINK,
  newConversation,
  type OpenedConversation,
} from "./conversation.js";

describe("the widget channel over HTTP", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  beforeAll(async () => {
    cluster = await startCluster({ shape: "standalone", env: { CHAT_HISTORY_LIMIT: "4" } });
    tenant = await createTenant(cluster, "Channel");
    await importAgent(tenant, "echo", ECHO);
  }, 120_000);
  afterAll(() => cluster?.close(), 60_000);

  const historyOf = async ({ id, me }: Conversation, query = "?limit=500"): Promise<History> => {
    const answer = await me.call<History>("GET", `/chat/${id}/history${query}`);
    if (answer.status !== 200) throw new Error(`no history: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const answered = (talk: Conversation, count: number): Promise<History> =>
    eventually(async () => {
      const history = await historyOf(talk);
      if (history.count < count || history.messages.at(-1)?.sender_type !== "agent") throw new Error("not answered");
      return history;
    });
  const operator = async () => {
    const made = await tenant.owner.call<{ token: string }>("POST", "/api/tokens", { name: "Desk", role: "operator" });
    return createBearerClient({ bases: cluster.gateways, token: made.body.token });
  };

  it("accepts each call of the reference document unchanged", async () => {
    onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
    const talk = await newConversation(cluster, tenant);
    const sent = await talk.me.call("POST", `/chat/${talk.id}/messages`, {
      sender_id: talk.userId,
      sender_type: "user",
      content: "Hello support!",
      metadata: {},
    });
    expect(sent).toMatchObject({ status: 200, body: { status: "sent", message_id: expect.any(String) } });

    const history = await answered(talk, 3);
    expect(history).toMatchObject({ conversation_id: talk.id, count: 3 });
    expect(history.messages.map(({ sender_id, sender_type, content }) => [sender_id, sender_type, content])).toEqual([
      ["agent", "agent", "Welcome."],
      [talk.userId, "user", "Hello support!"],
      ["agent", "agent", "echo(Hello support!)"],
    ]);
    expect(history.messages[1]).toEqual({
      id: sent.body.message_id,
      sender_id: talk.userId,
      sender_type: "user",
      content: "Hello support!",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      conversation_id: talk.id,
    });
    expect(new Set(history.messages.map(({ id }) => id)).size).toBe(3);

    const escalated = await talk.me.call("POST", `/chat/${talk.id}/escalate`, {
      reason: "complex_query",
      metadata: { user_feedback: "Need human assistance" },
    });
    expect(escalated).toMatchObject({
      status: 200,
      body: { status: "escalated", escalation: { status: "open", reason: "complex_query" } },
    });
    const escalations = await talk.me.call("GET", `/chat/${talk.id}/escalations`);
    expect(escalations.body).toEqual({
      conversation_id: talk.id,
      escalations: [
        {
          ...{ id: expect.any(String), conversation_id: talk.id, status: "open", reason: "complex_query" },
          ...{ assigned_name: null, created_at: expect.any(String), assigned_at: null, resolved_at: null },
        },
      ],
      count: 1,
    });
    expect((await talk.me.call("GET", `/chat/user/${talk.userId}/conversations`)).body).toMatchObject({
      user_id: talk.userId,
      conversations: [{ conversation_id: talk.id, status: "active", message_count: 1 }],
      count: 1,
    });
  });

  it("returns the session of a valid token, and counts it once", async () => {
    const link = await createLink(tenant, "echo", { ...LINK, max_sessions: 1 });
    const talk = await converse(cluster, link);
    const again = await talk.me.call<OpenedConversation>("POST", "/chat/conversations", { link: link.token });
    expect(again).toMatchObject({
      status: 200,
      body: { conversation_id: talk.id, user_id: talk.userId, session_token: talk.token },
    });
    expect((await talk.me.call("POST", `/chat/${talk.id}/messages`, { content: "mine" })).status).toBe(200);
    const anyone = createBearerClient({ bases: cluster.gateways });
    const other = await anyone.call("POST", "/chat/conversations", { link: link.token });
    expect(other).toMatchObject({ status: 429, body: { code: "sessions_exhausted" } });
  });

  it("enforces the entry checks, rate and length of the link", async () => {
    const anyone = createBearerClient({ bases: cluster.gateways });
    const open = (link: string, more = {}) => anyone.call("POST", "/chat/conversations", { link, ...more });
    const strict = await createLink(tenant, "echo", { ...LINK, pin: "2468", consent_text: "Agree?" });
    expect(await open(strict.token)).toMatchObject({ status: 403, body: { code: "pin_required" } });
    expect(await open(strict.token, { pin: "2468" })).toMatchObject({
      status: 403,
      body: { code: "consent_required" },
    });
    expect((await open(strict.token, { pin: "2468", consent: true })).status).toBe(201);
    expect(await open("pl_nonsense")).toMatchObject({ status: 404, body: { code: "link_unavailable" } });

    const slow = await newConversation(cluster, tenant, { rate_limit_per_minute: 2, max_message_length: 5 });
    const say = (content: string) => slow.me.call("POST", `/chat/${slow.id}/messages`, { content });
    expect(await say("too long")).toMatchObject({ status: 422, body: { code: "validation_failed" } });
    expect((await say("short")).status).toBe(200);
    expect(await say("more")).toMatchObject({ status: 429, body: { code: "rate_limited" } });
  });

  it("sends a message once, however often it is repeated under its id", async () => {
    const talk = await newConversation(cluster, tenant);
    const body = { content: "once", client_message_id: "c-1" };
    const first = await talk.me.call("POST", `/chat/${talk.id}/messages`, body);
    const second = await talk.me.call("POST", `/chat/${talk.id}/messages`, body);
    expect(first.body).toEqual({ status: "sent", message_id: expect.any(String), client_message_id: "c-1" });
    expect(second.body).toEqual({ ...first.body, status: "duplicate" });
    const { messages } = await answered(talk, 3);
    expect(messages.filter(({ client_message_id }) => client_message_id === "c-1")).toHaveLength(1);
  });

  it("shows the newest messages under stable ids, wherever the history begins", async () => {
    const talk = await newConversation(cluster, tenant);
    for (const content of ["one", "two", "three"]) {
      await talk.me.call("POST", `/chat/${talk.id}/messages`, { content });
      await eventually(async () => {
        if ((await historyOf(talk)).messages.at(-1)?.content !== `echo(${content})`) throw new Error("not answered");
      });
    }
    const whole = await historyOf(talk);
    expect(whole.count).toBe(7);
    for (let limit = 1; limit <= 7; limit += 1)
      expect((await historyOf(talk, `?limit=${limit}`)).messages).toEqual(whole.messages.slice(-limit));
    // CHAT_HISTORY_LIMIT
    expect((await historyOf(talk, "")).messages).toEqual(whole.messages.slice(-4));
    expect(await talk.me.call("GET", `/chat/${talk.id}/history?limit=501`)).toMatchObject({ status: 422 });
  });

  it("counts the answers of a turn from its first, even if the history begins between them", async () => {
    const [hello, talk] = [ECHO.workflow.nodes[0], ECHO.workflow.nodes[1]];
    const more = { ...hello, id: "more", name: "More", static_text: "Ask me anything." };
    const nodes = [
      { ...hello, transitions: [{ condition: "always", target: "more" }] },
      more,
      talk,
      ECHO.workflow.nodes[2],
    ];
    await importAgent(tenant, "two-parts", { ...ECHO, workflow: { ...ECHO.workflow, nodes } });
    const greeted = await converse(cluster, await createLink(tenant, "two-parts", LINK));
    const { messages } = await answered(greeted, 2);
    expect(messages.map(({ content }) => content)).toEqual(["Welcome.", "Ask me anything."]);
    expect(new Set(messages.map(({ id }) => id)).size).toBe(2);
    expect((await historyOf(greeted, "?limit=1")).messages).toEqual(messages.slice(-1));
  });

  it("trusts neither conversation, user nor sender ids, and reveals nothing about those of others", async () => {
    const [mine, other] = [await newConversation(cluster, tenant), await newConversation(cluster, tenant)];
    const calls = (id: string) =>
      [
        ["POST", `/chat/${id}/messages`, { content: "hi" }],
        ["GET", `/chat/${id}/history`],
        ["POST", `/chat/${id}/typing`, {}],
        ["POST", `/chat/${id}/escalate`, {}],
        ["GET", `/chat/${id}/escalations`],
        ["GET", `/chat/${id}/status`],
      ] as const;
    for (const [n, [method, path, body]] of calls(other.id).entries()) {
      const foreign = await mine.me.call(method, path, body);
      const unknown = await mine.me.call(method, calls("text_nobody")[n]?.[1] ?? "", body);
      expect([path, foreign.status, foreign.body.code]).toEqual([path, 404, "session_not_found"]);
      expect({ ...foreign.body, request_id: "" }).toEqual({ ...unknown.body, request_id: "" });
      const anyone = createBearerClient({ bases: cluster.gateways });
      expect(await anyone.call(method, path, body)).toMatchObject({
        status: 401,
        body: { code: "session_token_invalid" },
      });
    }
    for (const user of [other.userId, "user_nobody"])
      expect(await mine.me.call("GET", `/chat/user/${user}/conversations`)).toMatchObject({ status: 403 });
    for (const claimed of [{ sender_id: other.userId }, { sender_type: "agent" }]) {
      const answer = await mine.me.call("POST", `/chat/${mine.id}/messages`, { content: "hi", ...claimed });
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } });
    }
    expect((await historyOf(mine)).count).toBe(1);
  });

  it("answers scripts of sites that the link lists, and of no others", async () => {
    const talk = await newConversation(cluster, tenant, { allowed_domains: ["https://shop.example"] });
    const call = (path: string, origin: string, init: RequestInit = {}) =>
      fetch(`${cluster.gateways[0]}${path}`, {
        ...init,
        headers: { origin, authorization: `Bearer ${talk.token}`, "content-type": "application/json", ...init.headers },
      });
    const read = await call(`/chat/${talk.id}/history`, "https://shop.example");
    expect([read.status, read.headers.get("access-control-allow-origin")]).toEqual([200, "https://shop.example"]);
    const foreign = await call(`/chat/${talk.id}/history`, "https://evil.example");
    expect([foreign.status, foreign.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    const opening = { method: "POST", body: JSON.stringify({ link: talk.link.token }) };
    expect((await call("/chat/conversations", "https://evil.example", opening)).status).toBe(403);
    const asked = await call(`/chat/${talk.id}/messages`, "https://shop.example", {
      method: "OPTIONS",
      headers: { "access-control-request-method": "POST" },
    });
    expect([asked.status, asked.headers.get("access-control-allow-methods")]).toEqual([204, "GET, POST, PUT, DELETE"]);
  });

  it("lets operators take and resolve a conversation, and reports its actual status", async () => {
    onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
    const talk = await newConversation(cluster, tenant);
    const desk = await operator();
    const status = async () => (await talk.me.call("GET", `/chat/${talk.id}/status`)).body;
    expect(await status()).toMatchObject({ conversation_id: talk.id, status: "open", handled_by: "agent" });
    expect(await desk.call("POST", `/chat/${talk.id}/assign`, {})).toMatchObject({ status: 404 });
    await talk.me.call("POST", `/chat/${talk.id}/escalate`, { reason: "please" });
    expect(await status()).toMatchObject({ status: "escalated", waiting_since: expect.any(String) });
    const queue = await desk.call<{ data: { session_id: string }[] }>("GET", "/chat/queue?limit=200");
    expect(queue.body.data.map(({ session_id }) => session_id)).toContain(talk.id);
    for (const call of [talk.me, createBearerClient({ bases: cluster.gateways })])
      expect((await call.call("GET", "/chat/queue")).status).toBe(401);

    expect(await desk.call("POST", `/chat/${talk.id}/assign`, { name: "Grace" })).toMatchObject({ status: 200 });
    expect(await status()).toMatchObject({ status: "assigned", handled_by: "human", operator_name: "Grace" });
    const hello = { content: "Grace here.", sender_type: "agent", client_message_id: "g-1" };
    const say = (who: typeof desk, body: object) => who.call("POST", `/chat/${talk.id}/messages`, body);
    const first = await say(desk, hello);
    expect(first).toMatchObject({ status: 200, body: { status: "sent", client_message_id: "g-1" } });
    expect((await say(desk, hello)).body).toEqual({ ...first.body, status: "duplicate" });
    // Neither somebody else of the team, nor a visitor's words by an operator, nor an operator's by a visitor.
    expect(await say(await operator(), { content: "Me too" })).toMatchObject({ body: { code: "escalation_assigned" } });
    for (const claimed of [{ sender_type: "user" }, { sender_id: talk.userId }])
      expect(await say(desk, { content: "hi", ...claimed })).toMatchObject({ body: { code: "forbidden" } });
    expect(await say(talk.me, hello)).toMatchObject({ status: 403 });
    expect((await historyOf(talk)).messages.at(-1)).toMatchObject({
      ...{ id: first.body.message_id, content: "Grace here.", author: "human", author_name: "Grace" },
    });
    const nobody = createBearerClient({ bases: cluster.gateways, token: "ak_nobody_000000000000000000000000" });
    expect((await say(nobody, hello)).status).toBe(401);
    expect((await desk.call("POST", `/chat/${talk.id}/resolve`, { summary: "done" })).status).toBe(200);
    expect(await status()).toMatchObject({ status: "resolved", session_status: "active" });
    expect(await desk.call("POST", `/chat/${talk.id}/resolve`, {})).toMatchObject({
      status: 409,
      body: { code: "escalation_resolved" },
    });
    expect((await talk.me.call("GET", `/chat/${talk.id}/escalations`)).text).not.toContain("assigned_to");
  });

  it("ends for everybody when the link is disabled", async () => {
    const talk = await newConversation(cluster, tenant);
    await talk.me.call("GET", `/chat/${talk.id}/status`);
    await tenant.owner.call("DELETE", `/api/agents/echo/public-links/${talk.link.id}`);
    await eventually(async () => {
      const answer = await talk.me.call("GET", `/chat/${talk.id}/history`);
      expect(answer).toMatchObject({ status: 404, body: { code: "link_unavailable" } });
    });
  });
});
