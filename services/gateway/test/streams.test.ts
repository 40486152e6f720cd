import { credentialRevoked, linkRevoked } from "@parley/contracts";
import { endsWithin } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import type { FakeSession } from "./fake-records.js";
import { bodyOf, readStream, type ServerEvent, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld({ MAX_STREAMS_PER_SESSION: "3" });
});
afterAll(() => world.stop());
beforeEach(() => {
  world.sessions.calls = {};
});
afterEach(() => {
  world.sessions.answers = (text) => `echo ${text}`;
  world.sessions.live = true;
});

async function open(): Promise<FakeSession> {
  const metadata = { n: Math.random() };
  const answer = await world.signed("POST", "/api/chat/sessions", { tenant_id: TENANT, agent_id: AGENT, metadata });
  const session = world.sessions.sessions.get((await bodyOf(answer)).session_id);
  if (session === undefined) throw new Error("session is unknown");
  return session;
}

const events = (
  session: FakeSession,
  options: { after?: string; url?: string; key?: string; headers?: Record<string, string>; signal?: AbortSignal } = {},
) => {
  const { after, ...rest } = options;
  const query = after === undefined ? "" : `?after=${after}`;
  return world.signed("GET", `/api/chat/sessions/${session.view.session_id}/events${query}`, undefined, rest);
};

const durable = (list: ServerEvent[]): string[] =>
  list.flatMap(({ id, event }) => (id === undefined || event === "connected" ? [] : [id]));
const say = (session: FakeSession, content: string): void => {
  world.sessions.append(session, "message", { turn_id: "t", role: "user", content });
};

describe("the event stream", () => {
  it("replays the log, then continues live, each event once and in order", async () => {
    const session = await open();
    const reading = readStream(await events(session), (list) => list.length >= 6);
    await expect.poll(() => world.gateway.ready()).toBe(true);
    for (const text of ["a", "b", "c"]) say(session, text);
    const list = await reading;
    expect(list[0]).toMatchObject({
      event: "connected",
      data: { session_id: session.view.session_id, status: "active", head: 2 },
    });
    expect(durable(list)).toEqual(["1-1", "1-2", "1-3", "1-4", "1-5"]);
    expect(list[1]?.data).toMatchObject({ type: "message", content: "Welcome!", node_id: "chat" });
  });

  it("resumes on another gateway without gap or repetition, by header or by query", async () => {
    const session = await open();
    const other = await world.another();
    for (const text of ["a", "b", "c", "d"]) say(session, text);
    const byHeader = await readStream(
      await events(session, { url: other.url, headers: { "last-event-id": "1-3" } }),
      (list) => list.length >= 4,
    );
    expect(durable(byHeader)).toEqual(["1-4", "1-5", "1-6"]);
    const byQuery = await readStream(await events(session, { after: "1-5" }), (list) => list.length >= 2);
    expect(durable(byQuery)).toEqual(["1-6"]);
  });

  it("fetches what lost notifications left out, before the next event", async () => {
    const session = await open();
    const reading = readStream(await events(session), (list) => list.length >= 6);
    world.sessions.live = false;
    say(session, "lost 1");
    say(session, "lost 2");
    world.sessions.live = true;
    say(session, "heard");
    expect(durable(await reading)).toEqual(["1-1", "1-2", "1-3", "1-4", "1-5"]);
  });

  it("finds events by polling when no notification arrives at all", async () => {
    const session = await open();
    const reading = readStream(await events(session, { after: "1-2" }), (list) => list.length >= 2);
    await expect.poll(() => world.sessions.calls.events ?? 0).toBeGreaterThan(1);
    world.sessions.live = false;
    say(session, "silent");
    expect(durable(await reading)).toEqual(["1-3"]);
  });

  it("shows a late reader the answer in progress from its beginning, then only what is new", async () => {
    const session = await open();
    world.sessions.answers = null;
    await world.signed("POST", `/api/chat/sessions/${session.view.session_id}/messages?stream=true`, { content: "go" });
    const turnId = world.sessions.lastTurn(session);
    await world.sessions.delta(session, turnId, 0, "stale", 1);
    await world.sessions.delta(session, turnId, 0, "Hel", 2);
    await world.sessions.delta(session, turnId, 3, "lo ", 2);
    const answer = await events(session, { after: `1-${session.events.length}` });
    let seen: ServerEvent[] = [];
    const reading = readStream(answer, (list) => {
      seen = list;
      return list.some(({ event }) => event === "turn");
    });
    await expect.poll(() => seen.filter(({ event }) => event === "message.delta").length).toBe(1);
    await world.sessions.delta(session, turnId, 6, "you", 2);
    await world.sessions.delta(session, turnId, 6, "late word of the first attempt", 1);
    world.sessions.finish(session, turnId, "Hello you");
    await world.sessions.delta(session, turnId, 9, "after the end", 2);
    const list = await reading;
    const deltas = list.filter(({ event }) => event === "message.delta");
    let text = "";
    for (const { id, data } of deltas) {
      expect([id, data.attempt]).toEqual([undefined, 2]);
      text = text.slice(0, Number(data.at)) + String(data.text);
    }
    expect(text).toBe("Hello you");
    expect(list.at(-1)?.event).toBe("turn");
  });

  it("does not show the deltas of an answer that the log already has", async () => {
    const session = await open();
    world.sessions.answers = null;
    await world.signed("POST", `/api/chat/sessions/${session.view.session_id}/messages?stream=true`, { content: "go" });
    const turnId = world.sessions.lastTurn(session);
    await world.sessions.delta(session, turnId, 0, "done text");
    world.sessions.finish(session, turnId, "done text");
    const reading = readStream(await events(session), (list) => list.some(({ data }) => data.content === "end"));
    say(session, "end");
    expect((await reading).filter(({ event }) => event === "message.delta")).toEqual([]);
  });

  it("answers a foreign or impossible cursor with one reset and the whole state, and counts it", async () => {
    const session = await open();
    const resets = async () => Number(/^stream_resets_total (\d+)$/m.exec(await world.metrics.text())?.[1]);
    const before = await resets();
    for (const after of ["7-1", "1-999"]) {
      const [connected, reset, ...rest] = await readStream(
        await events(session, { after }),
        (list) => list.length >= 2,
      );
      expect(connected).toMatchObject({ event: "connected", id: undefined });
      expect(reset).toMatchObject({
        id: "1-2",
        event: "reset",
        data: {
          session: { session_id: session.view.session_id, status: "active" },
          messages: [{ content: "Welcome!" }],
        },
      });
      expect(rest).toEqual([]);
    }
    expect((await resets()) - before).toBe(2);
    expect((await events(session, { after: "nonsense" })).status).toBe(422);
  });

  it("gives a new reader of a long log a snapshot instead of everything", async () => {
    const session = await open();
    world.sessions.live = false;
    for (let count = 0; count < 250; count += 1) say(session, `m${count}`);
    const list = await readStream(await events(session), (seen) => seen.length >= 2);
    expect(list.map(({ event }) => event)).toEqual(["connected", "reset"]);
    const resumed = await readStream(await events(session, { after: "1-2" }), (seen) => seen.length >= 251);
    expect(durable(resumed)).toEqual(Array.from({ length: 250 }, (_, index) => `1-${index + 3}`));
  });

  it("closes after the session ended and tells a reader who has everything to stop", async () => {
    const session = await open();
    const reading = readStream(await events(session));
    world.sessions.end(session, "client");
    const list = await reading;
    expect(list.at(-1)).toMatchObject({ event: "session_ended", data: { reason: "client" } });
    const again = await events(session, { headers: { "last-event-id": list.at(-1)?.id ?? "" } });
    expect(again.status).toBe(204);
    const fromStart = await readStream(await events(session));
    expect(fromStart.at(-1)?.event).toBe("session_ended");
  });

  it("closes what a revoked signing key opened within a second, and nothing else, but not upon rotation", async () => {
    const session = await open();
    const principal = { tenantId: TENANT, role: "operator", via: "hmac" } as const;
    const [ending, staying] = ["33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"];
    for (const id of [ending, staying])
      world.owners.keys.set(id, { secret: "key-secret", principal: { ...principal, id } });
    const by = (id: string) => events(session, { key: "key-secret", headers: { "x-key-id": id } });
    const told = async (change: { id: string; rotated?: boolean }) =>
      world.bus.publish(credentialRevoked, change, { key: change.id, msgId: `${change.id} ${change.rotated}` });
    const others = readStream(await by(staying), (list) => list.some(({ data }) => data.content === "after"));
    const closed = readStream(await by(ending), (list) => list.some(({ data }) => data.content === "after"));
    await told({ id: staying, rotated: true });
    const since = performance.now();
    await told({ id: ending });
    const list = await closed;
    expect(performance.now() - since).toBeLessThan(1_000);
    expect(list.at(-1)).toMatchObject({ event: "error", data: { type: "error", code: "invalid_signature" } });
    say(session, "after");
    expect((await others).some(({ event }) => event === "error")).toBe(false);
  });

  it("bounds the streams of one session", async () => {
    const session = await open();
    const controller = new AbortController();
    const held = await Promise.all([1, 2, 3].map(() => events(session, { signal: controller.signal })));
    expect(held.map(({ status }) => status)).toEqual([200, 200, 200]);
    const refused = await events(session);
    expect([refused.status, Number(refused.headers.get("retry-after")) > 0]).toEqual([429, true]);
    controller.abort();
    await expect
      .poll(async () => {
        const answer = await events(session);
        await answer.body?.cancel();
        return answer.status;
      })
      .toBe(200);
  });

  it("refuses unknown sessions with a problem document, not with a stream", async () => {
    const answer = await world.signed("GET", "/api/chat/sessions/text_unknown/events");
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      404,
      "application/problem+json; charset=utf-8",
    ]);
  });
});

describe("a visitor's stream", () => {
  async function visit() {
    const link = world.owners.link();
    const opened = await fetch(`${world.url}/api/public/sessions/${link.token}`, { method: "POST" });
    const { session_token, session_id } = await bodyOf(opened);
    const session = world.sessions.sessions.get(session_id);
    if (session === undefined) throw new Error("session is unknown");
    const headers = { authorization: `Bearer ${session_token}` };
    const at = (path: string): string => `${world.url}/api/public/${path}/${link.token}`;
    return { link, session, headers, at };
  }

  it("shows the conversation but nothing of the workflow", async () => {
    const { session, headers, at } = await visit();
    const reading = readStream(await fetch(at("events"), { headers }), (list) =>
      list.some(({ data }) => data.content === "end"),
    );
    world.sessions.append(session, "transition", { from_node: "a", to_node: "b", condition: "SECRET" });
    world.sessions.append(session, "message", {
      turn_id: "x",
      role: "assistant",
      part: 0,
      content: "hi",
      node_id: "SECRET",
      usage: { cost: 1 },
    });
    say(session, "end");
    const list = await reading;
    expect(JSON.stringify(list)).not.toContain("SECRET");
    expect(list.map(({ event }) => event)).toEqual(["connected", "message", "quota", "message", "message"]);
    expect(list[2]?.data).toMatchObject({ type: "quota", remaining_messages: 9 });
  });

  it("closes within a second when its link is revoked", async () => {
    const { link, headers, at } = await visit();
    const reading = readStream(await fetch(at("events"), { headers }));
    const fact = { linkId: link.policy.id, tenantId: link.policy.tenantId };
    const list = await endsWithin(1_000, async () => {
      await world.bus.publish(linkRevoked, fact, { key: link.policy.id, msgId: `revoked-${link.policy.id}` });
      return reading;
    });
    expect(list.at(-1)).toMatchObject({ event: "session_ended", data: { reason: "link_revoked" } });
  });

  it("says that its link has expired when that is why it closed", async () => {
    const { link, headers, at } = await visit();
    const reading = readStream(await fetch(at("events"), { headers }));
    const fact = { linkId: link.policy.id, tenantId: link.policy.tenantId, reason: "expired" as const };
    await world.bus.publish(linkRevoked, fact, { key: link.policy.id, msgId: `expired-${link.policy.id}` });
    expect((await reading).at(-1)).toMatchObject({ event: "session_ended", data: { reason: "expired" } });
  });

  it("can be polled: the answer comes at once if there are events, otherwise when one arrives", async () => {
    const { session, headers, at } = await visit();
    const first = await bodyOf(await fetch(at("poll"), { headers }));
    expect(first.events.map(({ id, type }: { id: string; type: string }) => [id, type])).toEqual([
      ["1-1", "message"],
      ["1-2", "quota"],
    ]);
    const waiting = fetch(`${at("poll")}?after=${first.cursor}&wait=20`, { headers });
    await expect.poll(() => world.sessions.calls.events ?? 0).toBeGreaterThan(1);
    say(session, "news");
    expect(await bodyOf(await waiting)).toMatchObject({
      events: [{ id: "1-3", content: "news" }],
      cursor: "1-3",
      status: "active",
    });
    const empty = await bodyOf(await fetch(`${at("poll")}?after=1-3&wait=0`, { headers }));
    expect(empty).toEqual({ events: [], cursor: "1-3", status: "active" });
    const lost = await bodyOf(await fetch(`${at("poll")}?after=9-3`, { headers }));
    expect(lost).toMatchObject({
      events: [{ type: "reset", id: "1-3", session: { status: "active" } }],
      cursor: "1-3",
    });
    world.sessions.end(session, "visitor");
    const ended = await bodyOf(await fetch(`${at("poll")}?after=1-4`, { headers }));
    expect(ended).toMatchObject({ events: [{ type: "session_ended" }], status: "completed" });
  });
});
