import { endsWithin, eventually, followEvents, readEvents, type StreamedEvent } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { createLink, type MadeLink } from "../../cluster/owner.js";
import { type Fixture, type GetFixture, type Message, visitor } from "./fixture.js";

interface Opened {
  session_token: string;
  session_id: string;
  remaining_messages: number;
}

const OPEN = { max_sessions: 100, rate_limit_per_minute: 100 };

async function openVisit(fixture: Fixture, link: MadeLink): Promise<Opened> {
  const answer = await visitor(fixture).call<Opened>("POST", `/api/public/sessions/${link.token}`, {});
  if (answer.status !== 201) throw new Error(`no session: ${answer.status} ${answer.text}`);
  return answer.body;
}

const withoutRequestId = (body: Record<string, unknown>): Record<string, unknown> => {
  const { request_id: _id, ...rest } = body;
  return rest;
};

/** What a visitor with a link can do, and what he cannot. */
export function describePublicLinks(fixture: GetFixture): void {
  describe("public links", () => {
    it("shows a link without its secrets", async () => {
      const secret = "never shown";
      const link = await createLink(fixture().tenant, "echo", {
        ...{ ...OPEN, title: "Front desk", welcome_message: "Hello there" },
        ...{ chat_intent: secret, system_prompt_override: secret, metadata: { note: secret } },
      });
      const shown = await visitor(fixture()).call("GET", `/api/public/link/${link.token}`);
      expect(shown.status).toBe(200);
      expect(shown.body).toMatchObject({
        ...{ title: "Front desk", welcome_message: "Hello there", agent_name: "Echo", availability: "available" },
        limits: { max_messages_per_session: 100, max_message_length: 4000, rate_limit_per_minute: 100 },
      });
      expect(shown.text).not.toContain(secret);
    });

    it("carries a conversation: session, chat, history, end", async () => {
      const link = await createLink(fixture().tenant, "echo", { ...OPEN, max_messages_per_session: 5 });
      const { session_token, session_id } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const said = await me.call("POST", `/api/public/chat/${link.token}`, { message: "hi", client_message_id: "c-1" });
      expect(said.status).toBe(200);
      expect(said.body).toMatchObject({
        ...{ response: "echo(hi)", session_id, message_count: 1, remaining_messages: 4, session_ended: false },
      });
      expect(said.text).not.toContain("node_id");
      const retry = await me.call("POST", `/api/public/chat/${link.token}`, {
        message: "hi",
        client_message_id: "c-1",
      });
      expect(retry.body).toMatchObject({ response: "echo(hi)", message_count: 1, remaining_messages: 4 });
      const history = await me.call<{ data: Message[] }>("GET", `/api/public/history/${link.token}`);
      const texts = history.body.data.map(({ role, content }) => `${role}: ${content}`);
      expect(texts).toEqual(["assistant: Welcome.", "user: hi", "assistant: echo(hi)"]);
      expect(history.text).not.toContain("node_id");
      const again = await me.call("POST", `/api/public/sessions/${link.token}`, {});
      expect(again).toMatchObject({ status: 200, body: { session_id } });
      expect((await me.call("DELETE", `/api/public/session/${link.token}`)).status).toBe(200);
      const next = await me.call<Opened>("POST", `/api/public/chat/${link.token}`, { message: "next" });
      expect(next).toMatchObject({ status: 200, body: { response: "echo(next)", message_count: 1 } });
      expect(next.body.session_id).not.toBe(session_id);
      expect(next.body.session_token).toMatch(/^ps_/);
    });

    it("goes on after New Conversation with the old token: once per message, and never past the link's limit", async () => {
      const link = await createLink(fixture().tenant, "echo", { ...OPEN, max_sessions: 2 });
      const { session_token, session_id } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const chat = `/api/public/chat/${link.token}`;
      const said = { message: "before", client_message_id: "before-leaving" };
      const before = await me.call<{ turn_id: string }>("POST", chat, said);
      await me.call("DELETE", `/api/public/session/${link.token}`);
      // A repeat of what was said before belongs to the session that took it.
      expect((await me.call("POST", chat, said)).body).toMatchObject({ session_id, turn_id: before.body.turn_id });
      const body = { message: "after", client_message_id: "after-leaving" };
      const repeats = await Promise.all([1, 2, 3, 4].map(() => me.call<Opened>("POST", chat, body)));
      expect(repeats.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(new Set(repeats.map(({ body }) => body.session_id)).size).toBe(1);
      const fresh = visitor(fixture(), repeats[0]?.body.session_token);
      const history = await fresh.call<{ data: Message[] }>("GET", `/api/public/history/${link.token}`);
      expect(history.body.data.filter(({ role }) => role === "user").map(({ content }) => content)).toEqual(["after"]);
      await fresh.call("DELETE", `/api/public/session/${link.token}`);
      const third = await fresh.call("POST", chat, { message: "one too many" });
      expect(third).toMatchObject({ status: 429, body: { code: "sessions_exhausted" } });
    });

    it("shows itself full within a second of its last session", async () => {
      const link = await createLink(fixture().tenant, "echo", { ...OPEN, max_sessions: 1 });
      const shown = async () =>
        (await visitor(fixture()).call<{ availability: string }>("GET", `/api/public/link/${link.token}`)).body
          .availability;
      const { session_token } = await openVisit(fixture(), link);
      // Opened on the phone; to look at the page once more on the desk uses nothing up.
      expect((await openVisit(fixture(), link)).session_token).not.toBe(session_token);
      expect(await shown()).toBe("available");
      const chat = `/api/public/chat/${link.token}`;
      expect((await visitor(fixture(), session_token).call("POST", chat, { message: "hi" })).status).toBe(200);
      const history = `/api/public/history/${link.token}`;
      const { session } = (await visitor(fixture(), session_token).call<{ session: object }>("GET", history)).body;
      expect(session).toMatchObject({ another_session: false, waiting_since: null });
      await endsWithin(1_500, () => eventually(async () => (await shown()) === "full"));
    });

    it("opens a session with the first message and keeps it in a cookie", async () => {
      const link = await createLink(fixture().tenant, "echo", OPEN);
      const anyone = visitor(fixture());
      const first = await anyone.call<Opened>("POST", `/api/public/chat/${link.token}`, { message: "hello" });
      expect(first).toMatchObject({ status: 200, body: { session_token: expect.stringMatching(/^ps_/) } });
      const set = first.headers.get("set-cookie") ?? "";
      expect(set).toMatch(/HttpOnly/i);
      expect(set).toMatch(/SameSite=Lax/i);
      const cookie = set.split(";")[0] ?? "";
      const second = await anyone.call(
        "POST",
        `/api/public/chat/${link.token}`,
        { message: "2" },
        { headers: { cookie } },
      );
      expect(second.body).toMatchObject({ session_id: first.body.session_id, message_count: 2 });
      expect(second.body).not.toHaveProperty("session_token");
    });

    it("streams and polls the same events, without what a visitor may not see", async () => {
      const link = await createLink(fixture().tenant, "echo", OPEN);
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const follower = followEvents(() => me.stream(`/api/public/events/${link.token}`));
      await me.call("POST", `/api/public/chat/${link.token}`, { message: "one" });
      await eventually(() => follower.events.some(({ data }) => data.content === "echo(one)"), { timeoutMs: 10_000 });
      await me.call("DELETE", `/api/public/session/${link.token}`);
      await follower.ended;
      const log = follower.events.filter(({ id, event }) => id !== null && event !== "connected");
      expect(new Set(log.map(({ id }) => id)).size).toBe(log.length);
      expect(JSON.stringify(log)).not.toContain("node_id");
      expect(log.map(({ event }) => event)).not.toContain("transition");
      const polled = await me.call<{ events: { id: string; type: string }[] }>(
        "GET",
        `/api/public/poll/${link.token}?wait=0`,
      );
      expect(polled.body.events.map(({ id, type }) => [id, type])).toEqual(log.map(({ id, event }) => [id, event]));
    });

    it("wakes a long poll with the next event", async () => {
      const link = await createLink(fixture().tenant, "echo", OPEN);
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      type Poll = { events: { type: string }[]; cursor: string };
      const path = `/api/public/poll/${link.token}`;
      const before = await eventually(async () => {
        const { body } = await me.call<Poll>("GET", `${path}?wait=0`);
        return body.events.some(({ type }) => type === "quota") ? body : false;
      });
      const waiting = me.call<Poll>("GET", `${path}?after=${before.cursor}&wait=20`);
      await me.call("POST", `/api/public/chat/${link.token}`, { message: "wake up" });
      const { body } = await waiting;
      expect(body.events[0]).toMatchObject({ type: "message", role: "user", content: "wake up" });
    });

    it("stops at the quota of messages, and of sessions", async () => {
      const link = await createLink(fixture().tenant, "echo", {
        ...OPEN,
        max_sessions: 1,
        max_messages_per_session: 2,
      });
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const say = (message: string) => me.call("POST", `/api/public/chat/${link.token}`, { message });
      expect((await say("1")).body).toMatchObject({ remaining_messages: 1 });
      expect((await say("2")).body).toMatchObject({ remaining_messages: 0 });
      expect(await say("3")).toMatchObject({ status: 429, body: { code: "messages_exhausted" } });
      const full = await visitor(fixture()).call("POST", `/api/public/sessions/${link.token}`, {});
      expect(full).toMatchObject({ status: 429, body: { code: "sessions_exhausted" } });
      expect(full.headers.get("retry-after")).toBeNull();
    });

    it("refuses with 429 above the link's rate, and says when to retry", async () => {
      const link = await createLink(fixture().tenant, "echo", { ...OPEN, rate_limit_per_minute: 2 });
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const say = (n: number) => me.call("POST", `/api/public/chat/${link.token}`, { message: String(n) });
      expect([(await say(1)).status, (await say(2)).status]).toEqual([200, 200]);
      const refused = await say(3);
      expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited" } });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(refused.headers.get("ratelimit")).toBeTruthy();
    });

    it("accepts nothing after the instant of expiry", async () => {
      // Long enough for everything that comes before it, on a slow machine too.
      const expires_at = new Date(Date.now() + 8_000).toISOString();
      const link = await createLink(fixture().tenant, "echo", { ...OPEN, expires_at });
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const events: StreamedEvent[] = [];
      const reading = readEvents(me.stream(`/api/public/events/${link.token}`), (event) => events.push(event));
      await eventually(() => events.some(({ event }) => event === "connected"));
      expect((await me.call("POST", `/api/public/chat/${link.token}`, { message: "in time" })).status).toBe(200);
      await eventually(() => Date.now() > Date.parse(expires_at), { timeoutMs: 10_000 });
      const ended = endsWithin(3_000, () => reading);
      for (const [method, path, body] of [
        ["GET", `/api/public/link/${link.token}`],
        ["POST", `/api/public/sessions/${link.token}`, {}],
        ["POST", `/api/public/chat/${link.token}`, { message: "late" }],
      ] as const) {
        expect([path, (await me.call(method, path, body)).body.code]).toEqual([path, "link_unavailable"]);
      }
      await ended;
      expect(events.at(-1)).toMatchObject({ event: "session_ended" });
    });

    it("closes every open stream within a second of the deletion, on every gateway", async () => {
      const { tenant, cluster } = fixture();
      const link = await createLink(tenant, "echo", OPEN);
      const { session_token } = await openVisit(fixture(), link);
      const me = visitor(fixture(), session_token);
      const ends: StreamedEvent[] = [];
      let connected = 0;
      const readers = [...cluster.gateways, ...cluster.gateways].map(() =>
        readEvents(me.stream(`/api/public/events/${link.token}`), (event) => {
          if (event.event === "connected") connected += 1;
          if (event.event === "session_ended") ends.push(event);
        }),
      );
      await eventually(() => connected === readers.length, { timeoutMs: 10_000 });
      await me.call("POST", `/api/public/chat/${link.token}`, { message: "hi" });
      await endsWithin(1_000, async () => {
        const deleted = await tenant.owner.call("DELETE", `/api/agents/echo/public-links/${link.id}`);
        expect(deleted).toMatchObject({ status: 200, body: { sessions_ended: 1 } });
        await Promise.all(readers);
      });
      expect(ends).toHaveLength(readers.length);
      const after = await me.call("POST", `/api/public/chat/${link.token}`, { message: "late" });
      expect(after).toMatchObject({ status: 404, body: { code: "link_unavailable" } });
    });

    it("answers every unusable link with the same 404", async () => {
      const { tenant } = fixture();
      const deleted = await createLink(tenant, "echo", OPEN);
      await tenant.owner.call("DELETE", `/api/agents/echo/public-links/${deleted.id}`);
      const disabled = await createLink(tenant, "echo", OPEN);
      const path = `/api/agents/echo/public-links/${disabled.id}`;
      expect((await tenant.owner.call("PUT", path, { is_active: false })).status).toBe(200);
      const good = await createLink(tenant, "echo", OPEN);
      const flipped = good.token.slice(0, -1) + (good.token.endsWith("a") ? "b" : "a");
      const tokens = [deleted.token, disabled.token, flipped, "pl_x", "nonsense", "a".repeat(200), "%F0%9F%92%A9"];
      const bodies = await Promise.all(
        tokens.map(async (token) => {
          const answer = await visitor(fixture()).call("GET", `/api/public/link/${token}`);
          return { status: answer.status, body: withoutRequestId(answer.body) };
        }),
      );
      expect(bodies[0]).toMatchObject({ status: 404, body: { code: "link_unavailable" } });
      for (const answer of bodies) expect(answer).toEqual(bodies[0]);
    });

    it("keeps a visitor's session token to its own link", async () => {
      const [one, two] = [
        await createLink(fixture().tenant, "echo", OPEN),
        await createLink(fixture().tenant, "echo", OPEN),
      ];
      const { session_token } = await openVisit(fixture(), one);
      const stranger = visitor(fixture(), session_token);
      const said = await stranger.call("POST", `/api/public/chat/${two.token}`, { message: "hi" });
      expect(said).toMatchObject({ status: 401, body: { code: "session_token_invalid" } });
      const read = await stranger.call("GET", `/api/public/history/${two.token}`);
      expect(read).toMatchObject({ status: 401, body: { code: "session_token_invalid" } });
    });
  });
}
