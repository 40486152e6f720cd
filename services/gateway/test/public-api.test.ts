import { request } from "node:http";
import { agentActivated, linkRevoked, linkUpdated } from "@parley/contracts";
import { endsWithin } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld({ CHAT_TURN_TIMEOUT_SECONDS: "4" });
});
afterAll(() => world.stop());
afterEach(() => {
  world.sessions.answers = (text) => `echo ${text}`;
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(world.url + path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });

const cookieOf = (answer: Response): string => (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

describe("a public link", () => {
  it("shows what a visitor may know and nothing else", async () => {
    const { token } = world.owners.link({ sessionsUsed: 5 });
    const answer = await fetch(`${world.url}/api/public/link/${token}`);
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({
      title: "Front desk",
      agent_name: "Clinic",
      welcome_message: "Hello",
      availability: "full",
      sessions_left: 0,
      limits: { max_message_length: 20 },
    });
    expect(text).not.toContain("SECRET");
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });

  it("shows the effective message length when the server allows less than the link", async () => {
    const strict = await startWorld({ CHAT_MAX_MESSAGE_LENGTH: "15" });
    try {
      const { token } = strict.owners.link();
      const shown = await bodyOf(await fetch(`${strict.url}/api/public/link/${token}`));
      expect(shown).toMatchObject({ limits: { max_message_length: 15 } });
    } finally {
      await strict.stop();
    }
  });

  it("answers unknown, malformed, disabled and expired tokens identically", async () => {
    const disabled = world.owners.link();
    disabled.set("unavailable");
    const expired = world.owners.link();
    expired.set("expired");
    const unknown = world.owners.link();
    world.owners.links.clear();
    const tokens = [
      unknown.token,
      "pl_malformed",
      `${disabled.token.slice(0, -1)}!`,
      disabled.token,
      expired.token,
      "x".repeat(300),
      "%00",
      "a",
    ];
    const bodies: string[] = [];
    for (const path of ["link", "history", "events", "poll"]) {
      for (const token of tokens) {
        const answer = await fetch(`${world.url}/api/public/${path}/${token}`, {
          headers: { "x-request-id": "one-request" },
        });
        expect([path, token.slice(0, 12), answer.status]).toEqual([path, token.slice(0, 12), 404]);
        bodies.push(await answer.text());
      }
    }
    expect(new Set(bodies).size).toBe(1);
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({ code: "link_unavailable" });
  });

  it("says that it expired only with friendly errors", async () => {
    const link = world.owners.link({ friendlyErrors: true });
    link.set("expired");
    const answer = await fetch(`${world.url}/api/public/link/${link.token}`);
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([410, "link_expired"]);
  });

  it("is cached for a while, and looked up again after an event", async () => {
    const link = world.owners.link();
    const show = async (): Promise<number> => (await fetch(`${world.url}/api/public/link/${link.token}`)).status;
    await show();
    const asked = world.owners.count("resolveLink");
    await show();
    expect(world.owners.count("resolveLink")).toBe(asked);
    const fact = { linkId: link.policy.id, tenantId: link.policy.tenantId };
    await world.bus.publish(linkUpdated, fact, { key: link.policy.id, msgId: "updated-1" });
    const askedAgain = async (): Promise<number> => {
      await show();
      return world.owners.count("resolveLink");
    };
    await endsWithin(1_000, () => expect.poll(askedAgain).toBe(asked + 1));
    link.set("unavailable");
    await world.bus.publish(linkRevoked, fact, { key: link.policy.id, msgId: "revoked-1" });
    await endsWithin(1_000, () => expect.poll(show).toBe(404));
  });
});

describe("the availability of a link", () => {
  it("is updated within a second of filling up, of having room again, and of its agent's first version", async () => {
    const link = world.owners.link({ maxSessions: 3, sessionsUsed: 2, agentReady: true });
    const { id, tenantId, agentId } = link.policy;
    const shown = async (): Promise<unknown> =>
      (await bodyOf(await fetch(`${world.url}/api/public/link/${link.token}`))).availability;
    const soon = (availability: string) => endsWithin(1_000, () => expect.poll(shown).toBe(availability));
    expect(await shown()).toBe("available");
    link.policy.sessionsUsed = 3;
    await world.bus.publish(linkUpdated, { linkId: id, tenantId }, { key: id, msgId: "full-1" });
    await soon("full");
    link.policy.sessionsUsed = 2;
    await world.bus.publish(linkUpdated, { linkId: id, tenantId }, { key: id, msgId: "room-1" });
    await soon("available");
    link.policy.agentReady = false;
    await world.bus.publish(linkUpdated, { linkId: id, tenantId }, { key: id, msgId: "asleep-1" });
    await soon("unavailable");
    link.policy.agentReady = true;
    await world.bus.publish(agentActivated, { tenantId, agentId, version: 1 }, { key: agentId, msgId: "awake-1" });
    await soon("available");
  });
});

describe("a visitor's session", () => {
  it("is kept in a partitioned cookie in a frame of a listed site, and in an ordinary one elsewhere", async () => {
    const kept = async (link: { token: string }, headers: Record<string, string>): Promise<string> =>
      (await post(`/api/public/sessions/${link.token}`, {}, headers)).headers.get("set-cookie") ?? "";
    const frame = { "x-parley-frame": "cross-site" };
    const listed = world.owners.link({ allowedDomains: ["https://shop.example"] });
    expect(await kept(listed, frame)).toMatch(/; HttpOnly; SameSite=None; Secure; Partitioned; Max-Age=\d+$/);
    expect(await kept(listed, {})).toMatch(/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    expect(await kept(world.owners.link(), frame)).toMatch(/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
    const opened = await post(`/api/public/sessions/${listed.token}`, {}, frame);
    const left = await fetch(`${world.url}/api/public/session/${listed.token}`, {
      method: "DELETE",
      headers: { ...frame, cookie: cookieOf(opened) },
    });
    expect(left.headers.get("set-cookie")).toMatch(/=; .+; SameSite=None; Secure; Partitioned; Max-Age=0$/);
  });

  it("opens with a cookie for its link only, and is not opened again by a reload", async () => {
    const link = world.owners.link();
    const opened = await post(`/api/public/sessions/${link.token}`, {});
    expect(opened.status).toBe(201);
    const body = await bodyOf(opened);
    expect(body).toMatchObject({
      session_token: expect.stringMatching(/^ps_/),
      session: { status: "active", message_count: 0 },
    });
    const setCookie = opened.headers.get("set-cookie") ?? "";
    expect(setCookie).toMatch(
      /^parley_session_[0-9A-Za-z]{12}=ps_\S+; Path=\/api\/public; HttpOnly; SameSite=Lax; Max-Age=\d+$/,
    );
    const before = world.sessions.sessions.size;
    const reloaded = await post(`/api/public/sessions/${link.token}`, {}, { cookie: cookieOf(opened) });
    expect([reloaded.status, (await bodyOf(reloaded)).session_id]).toEqual([200, body.session_id]);
    expect(world.sessions.sessions.size).toBe(before);
    const elsewhere = world.owners.link();
    const history = await fetch(`${world.url}/api/public/history/${elsewhere.token}`, {
      headers: { cookie: cookieOf(opened) },
    });
    expect(await bodyOf(history)).toEqual({ data: [], next_cursor: null, session: null });
  });

  it("accepts an empty body, and is answered 429 without Retry-After on a full link", async () => {
    const full = world.owners.link({ sessionsUsed: 5 });
    const answer = await fetch(`${world.url}/api/public/sessions/${full.token}`, { method: "POST" });
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([429, "sessions_exhausted"]);
    expect(answer.headers.get("retry-after")).toBeNull();
    const open = await fetch(`${world.url}/api/public/sessions/${world.owners.link().token}`, { method: "POST" });
    expect(open.status).toBe(201);
  });

  it("ends and clears its cookie, and the next message begins a new one", async () => {
    const link = world.owners.link();
    const first = await post(`/api/public/chat/${link.token}`, { message: "hi" });
    const headers = { cookie: cookieOf(first) };
    const { session_id } = await bodyOf(first);
    const ended = await fetch(`${world.url}/api/public/session/${link.token}`, { method: "DELETE", headers });
    expect([ended.status, await bodyOf(ended)]).toEqual([200, { success: true }]);
    expect(ended.headers.get("set-cookie")).toContain("Max-Age=0");
    expect((await post(`/api/public/chat/${link.token}`, { message: "late" }, headers)).status).toBe(410);
    const next = await bodyOf(await post(`/api/public/chat/${link.token}`, { message: "new" }));
    expect(next.session_id).not.toBe(session_id);
  });

  it("is followed by a fresh one, once per message, when its stored token is used after New Conversation", async () => {
    const link = world.owners.link();
    const send = async (body: object, bearer: string): Promise<Record<string, unknown>> => {
      const answer = await post(`/api/public/chat/${link.token}`, body, { authorization: `Bearer ${bearer}` });
      return { status: answer.status, ...(await bodyOf(answer)) };
    };
    const opened = await bodyOf(await post(`/api/public/sessions/${link.token}`, {}));
    const old = String(opened.session_token);
    const said = { message: "before", client_message_id: "said-before-leaving" };
    const before = await send(said, old);
    const headers = { authorization: `Bearer ${old}` };
    expect((await fetch(`${world.url}/api/public/session/${link.token}`, { method: "DELETE", headers })).status).toBe(
      200,
    );
    // What the session that was left has taken is not said again in the next one.
    expect(await send(said, old)).toMatchObject({ turn_id: before.turn_id, session_id: opened.session_id });
    const body = { message: "after", client_message_id: "said-after-leaving" };
    const first = await send(body, old);
    expect(first).toMatchObject({ status: 200, session_token: expect.stringMatching(/^ps_/) });
    expect(first.session_id).not.toBe(opened.session_id);
    // Its answer may have been lost: the repeat finds the same session and the same turn.
    const again = await send(body, old);
    expect([again.session_id, again.turn_id]).toEqual([first.session_id, first.turn_id]);
    expect(world.sessions.accepted.filter((text) => text === "after")).toHaveLength(1);
  });

  it("does not continue with a token whose conversation ended in another way", async () => {
    const link = world.owners.link();
    const opened = await bodyOf(await post(`/api/public/sessions/${link.token}`, {}));
    const session = world.sessions.sessions.get(String(opened.session_id));
    if (session) world.sessions.end(session, "owner");
    const headers = { authorization: `Bearer ${opened.session_token}` };
    const answer = await post(`/api/public/chat/${link.token}`, { message: "still there?" }, headers);
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([410, "session_ended"]);
  });

  it("does not open on a link that requires a confirmed address first", async () => {
    const link = world.owners.link({ requireEmail: true });
    expect((await post(`/api/public/sessions/${link.token}`, {})).status).toBe(403);
    expect((await post(`/api/public/chat/${link.token}`, { message: "hi" })).status).toBe(403);
  });

  it("answers 401 to tokens that are wrong, of another link or malformed", async () => {
    const link = world.owners.link();
    const other = await bodyOf(await post(`/api/public/sessions/${world.owners.link().token}`, {}));
    for (const token of ["ps_nonsense", other.session_token, link.token]) {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await fetch(`${world.url}/api/public/history/${link.token}`, { headers });
      expect([answer.status, (await bodyOf(answer)).code]).toEqual([401, "session_token_invalid"]);
    }
    expect((await fetch(`${world.url}/api/public/events/${link.token}`)).status).toBe(401);
  });
});

describe("a visitor's message", () => {
  it("opens an anonymous session when there is none, and is answered without workflow internals", async () => {
    const link = world.owners.link();
    const answer = await post(`/api/public/chat/${link.token}`, { message: "hello" });
    expect(answer.status).toBe(200);
    const body = await bodyOf(answer);
    expect(body).toMatchObject({
      response: "echo hello",
      messages: [{ content: "echo hello" }],
      session_token: expect.stringMatching(/^ps_/),
      message_count: 1,
      remaining_messages: 9,
      expires_at: null,
    });
    for (const inside of ["node_id", "transition", "extracted_variables", "usage"])
      expect(JSON.stringify(body)).not.toContain(inside);
    const next = await post(`/api/public/chat/${link.token}`, { message: "again", session_token: body.session_token });
    expect([next.status, await bodyOf(next)]).toMatchObject([200, { session_id: body.session_id }]);
    const history = await fetch(`${world.url}/api/public/history/${link.token}`, {
      headers: { authorization: `Bearer ${body.session_token}` },
    });
    const shown = await bodyOf(history);
    expect(shown.data.map(({ content }: { content: string }) => content)).toEqual([
      "Welcome!",
      "hello",
      "echo hello",
      "again",
      "echo again",
    ]);
    expect(shown.session).toMatchObject({
      session_id: body.session_id,
      status: "active",
      last_event_id: expect.stringMatching(/^1-\d+$/),
    });
    expect(JSON.stringify(shown)).not.toContain("node_id");
    expect(JSON.stringify(shown)).not.toContain("first_name");
  });

  it("is limited to the link's message length in code points", async () => {
    const { token } = world.owners.link();
    expect((await post(`/api/public/chat/${token}`, { message: "😀".repeat(20) })).status).toBe(200);
    const long = await post(`/api/public/chat/${token}`, { message: "😀".repeat(21) });
    expect([long.status, (await bodyOf(long)).errors]).toMatchObject([422, [{ pointer: "/message", rule: "too_big" }]]);
  });

  it("needs a visible character", async () => {
    const { token } = world.owners.link();
    const say = (message: string) => post(`/api/public/chat/${token}`, { message });
    for (const blank of [" \n\t", "\u200b\u200d\ufeff", "\u2060 \u00ad", "\u3164", "\u2800", "\u202e\u2066"]) {
      const refused = await say(blank);
      expect([refused.status, (await bodyOf(refused)).errors]).toMatchObject([422, [{ pointer: "/message" }]]);
    }
    for (const text of ["👩\u200d👩\u200d👧", ".", "\u200bא"])
      expect([text, (await say(text)).status]).toEqual([text, 200]);
  });

  it("is limited by the link's rate per session, not per address", async () => {
    const { token } = world.owners.link({ rateLimitPerMinute: 3 });
    const sessions: string[] = [];
    for (let count = 0; count < 2; count += 1) {
      sessions.push((await bodyOf(await post(`/api/public/sessions/${token}`, {}))).session_token);
    }
    for (const session_token of sessions) {
      for (let count = 0; count < 3; count += 1) {
        const answer = await post(`/api/public/chat/${token}`, { message: "hi", session_token });
        expect([answer.status, answer.headers.get("ratelimit-policy")]).toEqual([200, '"session";q=3;w=60']);
      }
    }
    const refused = await post(
      `/api/public/chat/${token}`,
      { message: "hi" },
      { authorization: `Bearer ${sessions[0]}` },
    );
    expect([refused.status, (await bodyOf(refused)).code]).toEqual([429, "rate_limited"]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.headers.get("ratelimit")).toMatch(/^"session";r=0;t=\d+$/);
  });

  it("is answered with 202 on request, and accepted once when repeated", async () => {
    const link = world.owners.link();
    const opened = await post(`/api/public/sessions/${link.token}`, {});
    const headers = { cookie: cookieOf(opened), prefer: "respond-async", "idempotency-key": "m-1" };
    const first = await post(`/api/public/chat/${link.token}`, { message: "async" }, headers);
    expect([first.status, await bodyOf(first)]).toMatchObject([202, { events_url: "/api/public/events/{token}" }]);
    const again = await post(`/api/public/chat/${link.token}`, { message: "async" }, headers);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(world.sessions.accepted.filter((text) => text === "async")).toHaveLength(1);
  });
});

describe("the origin check", () => {
  it("does not accept a name as this server's own that appears only in the Host header", async () => {
    const { port } = new URL(world.url);
    /** As a browser whose name server was made to point a name of another site here. */
    const codeFrom = async (at: World, token: string, name: string): Promise<string | number> => {
      const { port: atPort } = new URL(at.url);
      const body = JSON.stringify({ message: "hi" });
      const headers = { origin: `http://${name}`, host: name, "content-type": "application/json" };
      return new Promise((resolve, reject) => {
        const path = `/api/public/chat/${token}`;
        const sent = request({ port: atPort, host: "127.0.0.1", method: "POST", path, headers }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        sent.on("error", reject).end(body);
      });
    };
    const listed = { allowedDomains: ["https://app.example.com"] };
    const local = world.owners.link(listed).token;
    for (const name of [`evil.example:${port}`, "evil.example", `localhost.evil.example:${port}`])
      expect([name, await codeFrom(world, local, name)]).toEqual([name, 403]);
    // Nobody has told this server its address: it is reached by the numbers of this machine, or of its network.
    for (const name of [`127.0.0.1:${port}`, `localhost:${port}`, "192.168.1.5:8080", "[::1]:8080"])
      expect([name, await codeFrom(world, local, name)]).toEqual([name, 200]);
    const known = await startWorld({ PUBLIC_URL: "https://chat.example.com" });
    try {
      const { token } = known.owners.link(listed);
      for (const name of ["evil.example", "127.0.0.1:8080", "chat.example.com"])
        expect([name, await codeFrom(known, token, name)]).toEqual([name, 403]);
      const own = await fetch(`${known.url}/api/public/chat/${token}`, {
        method: "POST",
        body: JSON.stringify({ message: "hi" }),
        headers: { origin: "https://chat.example.com", "content-type": "application/json" },
      });
      expect(own.status).toBe(200);
    } finally {
      await known.stop();
    }
  });

  it("limits browsers on other sites to the link's list", async () => {
    const link = world.owners.link({ allowedDomains: ["https://app.example.com", "https://*.shop.example"] });
    const statusFrom = async (origin: string): Promise<number> =>
      (await post(`/api/public/chat/${link.token}`, { message: "hi" }, { origin })).status;
    expect(await statusFrom("https://app.example.com")).toBe(200);
    expect(await statusFrom("https://a.shop.example")).toBe(200);
    expect(await statusFrom(world.url)).toBe(200);
    for (const origin of [
      "http://app.example.com",
      "https://app.example.com:444",
      "https://a.b.shop.example",
      "https://shop.example",
      "https://evilshop.example",
      "null",
    ]) {
      expect([origin, await statusFrom(origin)]).toEqual([origin, 403]);
    }
  });

  it("never accepts a cookie from a foreign site", async () => {
    const link = world.owners.link();
    const opened = await post(`/api/public/sessions/${link.token}`, {});
    const headers = { cookie: cookieOf(opened), origin: "https://evil.example" };
    const answer = await post(`/api/public/chat/${link.token}`, { message: "hi" }, headers);
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([403, "origin_not_allowed"]);
  });
});

describe("client addresses", () => {
  it("are rate-limited before the link is looked up", async () => {
    const other = await startWorld({ RATE_LIMIT_ADDRESS_PER_MINUTE: "3" });
    try {
      const show = () => fetch(`${other.url}/api/public/link/pl_nonsense`);
      for (let count = 0; count < 3; count += 1) expect((await show()).status).toBe(404);
      const refused = await show();
      expect([refused.status, (await bodyOf(refused)).scope]).toEqual([429, "address"]);
    } finally {
      await other.stop();
    }
  });
});
