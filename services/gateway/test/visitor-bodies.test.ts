import { newId, stopTurn } from "@parley/contracts";
import { createSecrets } from "@parley/secrets";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld();
  world.bus.serve(stopTurn, async () => ({ stopped: false, turnId: null }));
});
afterAll(() => world.stop());

const post = (path: string, body?: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(world.url + path, {
    method: "POST",
    ...(body === undefined ? {} : { body }),
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
  });

const pointersOf = async (answer: Response): Promise<unknown> =>
  ((await bodyOf(answer)).errors as { pointer: string }[]).map(({ pointer }) => pointer);

describe("a body whose fields are all optional", () => {
  it("may be absent", async () => {
    const { token } = world.owners.link();
    const opened = await post(`/api/public/sessions/${token}`);
    expect(opened.status).toBe(201);
    const authorization = `Bearer ${(await bodyOf(opened)).session_token}`;
    expect((await post(`/api/public/stop/${token}`, undefined, { authorization })).status).toBe(200);
    expect((await post(`/api/public/sessions/${token}`, "null")).status).toBe(201);
  });

  it("is refused with the pointer of each wrong field", async () => {
    const { token } = world.owners.link();
    const path = `/api/public/sessions/${token}`;
    const wrong = { pin: 5, consent: "yes", participant: { identifier: 5 } };
    const answer = await post(path, JSON.stringify(wrong));
    expect(answer.status).toBe(422);
    expect(new Set((await pointersOf(answer)) as string[])).toEqual(
      new Set(["/pin", "/consent", "/participant/identifier"]),
    );
    expect(await pointersOf(await post(path, '{"participant":null}'))).toEqual(["/participant"]);
  });
});

describe("the logo of a link", () => {
  it("is sent to its page, and is left out of the messages that create sessions", async () => {
    const logo = "data:image/png;base64,iVBORw0KGgoAAAAA";
    const { token } = world.owners.link({ branding: { name: "Desk", logo } });
    const shown = (await (await fetch(`${world.url}/api/public/link/${token}`)).json()) as { branding: unknown };
    expect(shown.branding).toEqual({ name: "Desk", logo });
    const opened = await post(`/api/public/sessions/${token}`, "{}");
    const { session_id } = (await opened.json()) as { session_id: string };
    expect(world.sessions.brandings.get(session_id)).toEqual({ name: "Desk" });
  });
});

describe("the metadata that a page gives about its visitor", () => {
  it("is stored with the session up to 16 KiB, and not shown to the visitor", async () => {
    const { token } = world.owners.link();
    const open = (metadata: unknown): Promise<Response> =>
      post(`/api/public/sessions/${token}`, JSON.stringify({ participant: { identifier: "id-1", metadata } }));
    const opened = await open({ order: "A-17" });
    const text = await opened.text();
    expect(opened.status).toBe(201);
    expect(text).not.toContain("A-17");
    const { session_id } = JSON.parse(text) as { session_id: string };
    expect(world.sessions.participants.get(session_id)).toEqual({ identifier: "id-1", metadata: { order: "A-17" } });
    // The session's own metadata is what a backend vouches for.
    expect(world.sessions.sessions.get(session_id)?.view.metadata).toEqual({});
    for (const wrong of [{ order: "x".repeat(17_000) }, ["A-17"], null])
      expect(await pointersOf(await open(wrong))).toEqual(["/participant/metadata"]);
  });
});

describe("the participant of a session", () => {
  it("is shown to owners but not to visitors, who may share an address of the session", async () => {
    const { token } = world.owners.link();
    const opened = await post(`/api/public/sessions/${token}`);
    const { session_id, session_token } = await bodyOf(opened);
    const session = world.sessions.sessions.get(String(session_id));
    if (session === undefined) throw new Error("the session was just opened");
    session.view.participant = { email: "ada@example.com" };
    session.view.participant_verified = true;
    const headers = { authorization: `Bearer ${session_token}` };
    expect(await (await fetch(`${world.url}/api/public/history/${token}`, { headers })).text()).not.toContain("ada@");
    expect(await (await post(`/api/public/sessions/${token}`, undefined, headers)).text()).not.toContain("ada@");
    const shown = await world.signed("GET", `/api/chat/sessions/${session_id}`);
    expect(await bodyOf(shown)).toMatchObject({
      participant: { email: "ada@example.com" },
      participant_verified: true,
    });
  });
});

describe("an agent without a usable version", () => {
  it("is shown as unavailable before a visitor begins", async () => {
    const { token } = world.owners.link({ agentReady: false, sessionsUsed: 5 });
    const shown = await fetch(`${world.url}/api/public/link/${token}`);
    expect(await bodyOf(shown)).toMatchObject({ availability: "unavailable" });
  });
});

describe("a session token in the header", () => {
  it("is refused as a credential when malformed, and opens no new session silently", async () => {
    const { token } = world.owners.link();
    const before = world.sessions.calls.create ?? 0;
    for (const given of ["ps_not-base62", "x".repeat(200), "a b", "ps_short"]) {
      const headers = { authorization: `Bearer ${given}` };
      const answers = [
        await post(`/api/public/chat/${token}`, '{"message":"hi"}', headers),
        await fetch(`${world.url}/api/public/history/${token}`, { headers }),
      ];
      for (const answer of answers) {
        expect([given, answer.status, (await bodyOf(answer)).code]).toEqual([given, 401, "session_token_invalid"]);
        expect(answer.headers.get("www-authenticate")).toContain("Bearer");
      }
    }
    expect(world.sessions.calls.create ?? 0).toBe(before);
  });

  it("is refused before body and query are parsed when it cannot be one", async () => {
    const { token } = world.owners.link();
    const authorization = "Bearer ps_x";
    const wrong: [method: string, path: string, body?: string][] = [
      ["POST", "chat", '{"message":""}'],
      ["POST", "chat", "{"],
      ["POST", "feedback", '{"rating":9}'],
      ["POST", "rate", '{"vote":1}'],
      ["POST", "stop", "[]"],
      ["POST", "typing", "{}"],
      ["POST", "escalate", '{"reason":7}'],
    ];
    for (const [method, call, body] of wrong) {
      const path = `/api/public/${call}/${token}${call === "rate" ? `/${newId()}` : ""}`;
      const answer = await fetch(world.url + path, {
        method,
        headers: { authorization, "content-type": "application/json" },
        body: body ?? null,
      });
      expect([call, answer.status, (await bodyOf(answer)).code]).toEqual([call, 401, "session_token_invalid"]);
    }
    for (const call of ["events", "poll", "history"]) {
      const address = `${world.url}/api/public/${call}/${token}?after=%20&limit=x`;
      expect([call, (await fetch(address, { headers: { authorization } })).status]).toEqual([call, 401]);
    }
  });

  it("gets 422 for unknown fields in a rating, which are not kept silently", async () => {
    const { token } = world.owners.link();
    const session = createSecrets("test-only-master-key-test-only-master-key").issue("session").token;
    const headers = { authorization: `Bearer ${session}` };
    for (const [path, body] of [
      [`feedback/${token}`, '{"rating":5,"comment":"good"}'],
      [`rate/${token}/${newId()}`, '{"rating":"up","comment":"good"}'],
    ] as const) {
      const answer = await post(`/api/public/${path}`, body, headers);
      const { code, errors } = await bodyOf(answer);
      expect([answer.status, code]).toEqual([422, "validation_failed"]);
      expect(JSON.stringify(errors)).toContain("comment");
    }
  });

  it("is refused before the body if its checksum is wrong, but after the schema check if it is unknown", async () => {
    const { token } = world.owners.link();
    const unknown = createSecrets("test-only-master-key-test-only-master-key").issue("session").token;
    const mistyped = `${unknown.slice(0, -1)}${unknown.endsWith("0") ? "1" : "0"}`;
    const statuses = [mistyped, unknown].map(async (given) => {
      const headers = { authorization: `Bearer ${given}` };
      const [empty, full] = ['{"message":""}', '{"message":"hi"}'];
      const path = `/api/public/chat/${token}`;
      return [(await post(path, empty, headers)).status, (await post(path, full, headers)).status];
    });
    expect(await Promise.all(statuses)).toEqual([
      [401, 401],
      [422, 401],
    ]);
  });

  it("is not read from another scheme, which belongs to a proxy in front", async () => {
    const { token } = world.owners.link();
    const headers = { authorization: "Basic dXNlcjpwYXNz" };
    expect((await post(`/api/public/chat/${token}`, '{"message":"hi"}', headers)).status).toBe(200);
  });
});
