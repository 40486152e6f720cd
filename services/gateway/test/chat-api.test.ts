import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import type { FakeSession } from "./fake-records.js";
import { bodyOf, readStream, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld({ CHAT_TURN_TIMEOUT_SECONDS: "4" });
});
afterAll(() => world.stop());
afterEach(() => {
  world.sessions.answers = (text) => `echo ${text}`;
  world.sessions.live = true;
});

const create = { tenant_id: TENANT, agent_id: AGENT };

async function open(): Promise<FakeSession> {
  const answer = await world.signed("POST", "/api/chat/sessions", { ...create, metadata: { n: Math.random() } });
  expect(answer.status).toBe(201);
  const session = world.sessions.sessions.get((await bodyOf(answer)).session_id);
  if (session === undefined) throw new Error("session is unknown");
  return session;
}

const messages = (session: FakeSession, query = ""): string =>
  `/api/chat/sessions/${session.view.session_id}/messages${query}`;

describe("the session API", () => {
  it("answers a creation with the fields and types of the reference", async () => {
    const answer = await world.signed("POST", "/api/chat/sessions", { ...create, version: 2 });
    expect(answer.status).toBe(201);
    expect(await bodyOf(answer)).toMatchObject({
      session_id: expect.stringMatching(/^text_/),
      conversation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "active",
      node_id: "chat",
      node_name: "Chat",
      initial_node_id: "start",
      transitions: [{ from_node: "greeting", to_node: "chat", condition: "always" }],
      agent_config_version: 2,
      is_active_version: false,
      initial_message: "Welcome!",
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      messages: [{ node_id: "chat", content: "Welcome!" }],
      usage: { input_tokens: 3, output_tokens: 2, cost: 0 },
    });
  });

  it("shows a session, ends it once, and refuses it afterwards", async () => {
    const session = await open();
    const path = `/api/chat/sessions/${session.view.session_id}`;
    const shown = await bodyOf(await world.signed("GET", path));
    expect(shown).toMatchObject({
      status: "active",
      turns: 1,
      transition_count: 0,
      collected_data: { first_name: "John" },
      ended_at: null,
      last_event_id: `1-${session.events.length}`,
    });
    const ended = await world.signed("DELETE", path);
    expect([ended.status, await bodyOf(ended)]).toEqual([
      200,
      {
        success: true,
        conversation_id: session.view.conversation_id,
        final_node_id: "end_call",
        final_node_name: "Terminate Call",
        total_turns: 1,
        total_transitions: 0,
      },
    ]);
    const again = await world.signed("DELETE", path, undefined, { nonce: "n".repeat(16) });
    expect([again.status, (await bodyOf(again)).code]).toEqual([410, "session_ended"]);
    expect((await world.signed("POST", messages(session), { content: "late" })).status).toBe(410);
  });

  it("hides other tenants' sessions and agents behind 404", async () => {
    const session = await open();
    const principal = {
      tenantId: "11111111-1111-4111-8111-111111111111",
      role: "operator",
      via: "hmac",
      id: "k",
    } as const;
    world.owners.keys.set("foreign", { secret: "foreign-secret", principal });
    const foreign = { key: "foreign-secret", headers: { "x-key-id": "foreign" } };
    const path = `/api/chat/sessions/${session.view.session_id}`;
    expect((await world.signed("GET", path, undefined, foreign)).status).toBe(404);
    const made = await world.signed("POST", "/api/chat/sessions", create, foreign);
    expect([made.status, (await bodyOf(made)).code]).toEqual([404, "agent_not_found"]);
  });

  it("lists a session's history", async () => {
    const session = await open();
    await world.signed("POST", messages(session), { content: "hi" });
    const page = await bodyOf(await world.signed("GET", messages(session, "?limit=2")));
    expect(page.data.map(({ role, content }: { role: string; content: string }) => [role, content])).toEqual([
      ["user", "hi"],
      ["assistant", "echo hi"],
    ]);
    expect(page.next_cursor).toBeNull();
    expect((await world.signed("GET", messages(session, "?limit=201"))).status).toBe(422);
  });
});

describe("the message API", () => {
  it("answers a message with its turn", async () => {
    const session = await open();
    const answer = await world.signed("POST", messages(session), { content: "hello" });
    expect(answer.status).toBe(200);
    const body = await bodyOf(answer);
    expect(body).toMatchObject({
      response: "echo hello",
      node_id: "chat",
      previous_node_id: "greeting",
      extracted_variables: { intent: "scheduling" },
      session_ended: false,
      turn_number: 2,
      latency_ms: 5,
      turn_id: world.sessions.lastTurn(session),
    });
    expect(body.transition).toEqual(body.transitions[0]);
  });

  it("finds the answer when every message that may be lost is lost", async () => {
    const session = await open();
    world.sessions.live = false;
    const answer = await world.signed("POST", messages(session), { content: "quiet" });
    expect([answer.status, (await bodyOf(answer)).response]).toEqual([200, "echo quiet"]);
  });

  it("times out with a way to read the answer later", async () => {
    const session = await open();
    world.sessions.answers = null;
    const answer = await world.signed("POST", messages(session), { content: "slow" });
    const body = await bodyOf(answer);
    expect([answer.status, body.code]).toEqual([504, "turn_timeout"]);
    expect(body).toMatchObject({
      turn_id: world.sessions.lastTurn(session),
      events_url: `/api/chat/sessions/${session.view.session_id}/events`,
    });
  });

  it("reports a failed turn with its error", async () => {
    const session = await open();
    world.sessions.answers = null;
    const pending = world.signed("POST", messages(session), { content: "break" });
    await expect.poll(() => session.turns.size).toBe(2);
    world.sessions.fail(session, world.sessions.lastTurn(session), "model_unavailable");
    const answer = await pending;
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([502, "model_unavailable"]);
  });

  it("answers 202 immediately when asked to", async () => {
    const session = await open();
    world.sessions.answers = null;
    for (const [query, headers] of [
      ["?stream=true", {}],
      ["", { prefer: "respond-async, wait=5" }],
    ] as const) {
      const answer = await world.signed("POST", messages(session, query), { content: `later ${query}` }, { headers });
      expect(answer.status).toBe(202);
      expect(await bodyOf(answer)).toEqual({
        turn_id: world.sessions.lastTurn(session),
        events_url: `/api/chat/sessions/${session.view.session_id}/events`,
        status_url: `/api/chat/sessions/${session.view.session_id}/turns/${world.sessions.lastTurn(session)}`,
        session_id: session.view.session_id,
      });
    }
  });

  it("streams one turn and ends with the plain answer", async () => {
    const session = await open();
    world.sessions.answers = null;
    const headers = { accept: "text/event-stream" };
    const answer = await world.signed("POST", messages(session), { content: "stream" }, { headers });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const reading = readStream(answer);
    const turnId = world.sessions.lastTurn(session);
    await world.sessions.delta(session, turnId, 0, "Hello ");
    await world.sessions.delta(session, `${turnId}-other`, 0, "not mine");
    await world.sessions.delta(session, turnId, 6, "world");
    await world.sessions.delta(session, turnId, 6, "world");
    world.sessions.finish(session, turnId, "Hello world");
    const events = await reading;
    const deltas = events.filter(({ event }) => event === "message.delta").map(({ data }) => data.text);
    expect(deltas.join("")).toBe("Hello world");
    expect(events.at(-2)).toMatchObject({
      event: "message",
      data: { content: "Hello world", role: "assistant", part: 0 },
    });
    expect(events.at(-1)).toMatchObject({
      event: "turn",
      data: { type: "turn", response: "Hello world", turn_id: turnId, transition: { to_node: "chat" } },
    });
  });

  it("counts characters as code points and refuses blank, NUL, overlong and non-string content with 422", async () => {
    const session = await open();
    const cases: [content: unknown, status: number][] = [
      ["😀".repeat(10_000), 200],
      ["a".repeat(10_001), 422],
      ["", 422],
      [" \n\t", 422],
      ["a\u0000b", 422],
      [42, 422],
      [null, 422],
    ];
    for (const [content, status] of cases) {
      const answer = await world.signed("POST", messages(session), { content });
      expect([String(content).slice(0, 10), answer.status]).toEqual([String(content).slice(0, 10), status]);
    }
    expect((await world.signed("POST", messages(session), "{not json")).status).toBe(400);
    expect(
      (await world.signed("POST", messages(session), "{}", { headers: { "content-type": "text/plain" } })).status,
    ).toBe(415);
  });
});

describe("request bodies", () => {
  it("may not contain an unknown field: the detail names it and suggests the probable one", async () => {
    const session = await open();
    const of = (path: string): string => `/api/chat/sessions/${session.view.session_id}/${path}`;
    const cases: [path: string, body: object, detail: string][] = [
      [
        "/api/chat/sessions",
        { ...create, verison: 2 },
        'verison: is not a field of this object; did you mean "version"?',
      ],
      [
        "/api/chat/sessions",
        { ...create, participant: { emial: "a@b.example" } },
        'participant/emial: is not a field of this object; did you mean "email"?',
      ],
      [of("messages"), { contnet: "hi" }, "content: is required (and 1 more)"],
      [of("messages"), { content: "hi", colour: 1 }, "colour: is not a field of this object"],
      [of("escalate"), { raeson: "x" }, 'raeson: is not a field of this object; did you mean "reason"?'],
      [of("typing"), { active: true, who: "me" }, "who: is not a field of this object"],
    ];
    for (const [path, body, detail] of cases) {
      const answer = await world.signed("POST", path, body);
      expect([answer.status, (await bodyOf(answer)).detail]).toEqual([422, detail]);
    }
  });

  it("may name an agent by its slug as well", async () => {
    const answer = await world.signed("POST", "/api/chat/sessions", { tenant_id: TENANT, agent_id: "clinic" });
    const body = await bodyOf(answer);
    expect([answer.status, world.sessions.sessions.get(body.session_id)?.view.agent_id]).toEqual([201, AGENT]);
    const unknown = await world.signed("POST", "/api/chat/sessions", { tenant_id: TENANT, agent_id: "nobody" });
    expect([unknown.status, (await bodyOf(unknown)).code]).toEqual([404, "agent_not_found"]);
  });
});

describe("idempotency", () => {
  it("returns the first answer for a repeated key and refuses the key with another body", async () => {
    const session = await open();
    const options = { headers: { "idempotency-key": "order-1" } };
    const first = await world.signed(
      "POST",
      messages(session),
      { content: "once" },
      { ...options, nonce: "a".repeat(16) },
    );
    const again = await world.signed(
      "POST",
      messages(session),
      { content: "once" },
      { ...options, nonce: "b".repeat(16) },
    );
    expect(await bodyOf(again)).toEqual(await bodyOf(first));
    expect([first.headers.get("idempotent-replayed"), again.headers.get("idempotent-replayed")]).toEqual([
      null,
      "true",
    ]);
    expect(world.sessions.accepted.filter((text) => text === "once")).toHaveLength(1);
    const other = await world.signed("POST", messages(session), { content: "other" }, options);
    expect([other.status, (await bodyOf(other)).code]).toEqual([422, "idempotency_key_reused"]);
    const bad = await world.signed(
      "POST",
      messages(session),
      { content: "x" },
      { headers: { "idempotency-key": "a b" } },
    );
    expect(bad.status).toBe(422);
  });

  it("recognises a retry by its client_message_id under a new nonce", async () => {
    const session = await open();
    const body = { content: "mine", client_message_id: "c-1" };
    const first = await world.signed("POST", messages(session), body, { nonce: "c".repeat(16) });
    const again = await world.signed("POST", messages(session), body, { nonce: "d".repeat(16) });
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    expect(await bodyOf(again)).toEqual(await bodyOf(first));
  });

  it("attaches an exact replay without key or nonce to the first answer, even while that one is running", async () => {
    const session = await open();
    world.sessions.answers = null;
    const timestamp = Math.floor(Date.now() / 1_000);
    const accepts = world.sessions.calls.accept ?? 0;
    const first = world.signed("POST", messages(session), { content: "captured" }, { timestamp });
    await expect.poll(() => session.turns.size).toBe(2);
    const replay = world.signed("POST", messages(session), { content: "captured" }, { timestamp });
    await expect.poll(() => world.sessions.calls.accept ?? 0).toBe(accepts + 2);
    world.sessions.finish(session, world.sessions.lastTurn(session), "said once");
    expect(await bodyOf(await replay)).toEqual(await bodyOf(await first));
    expect(session.turns.size).toBe(2);
  });
});
