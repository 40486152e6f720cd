import {
  AppError,
  accessPolicyChanged,
  checkPin,
  confirmVerification,
  continueVerified,
  decideAccessRequest,
  getAccessPolicy,
  listAccessRequests,
  requestVerification,
  setAccessPolicy,
} from "@parley/contracts";
import { consentHash, createSecrets } from "@parley/secrets";
import { endsWithin } from "@parley/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TENANT } from "./fake-owners.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

const secrets = createSecrets("test-only-master-key-test-only-master-key");
let world: World;
/** What the services were asked, in order. */
const asked: { call: string; input: Record<string, unknown> }[] = [];
const TEXT = "We keep what you write.";
const REQUEST_ID = "44444444-4444-4444-8444-444444444444";
const request = {
  id: REQUEST_ID,
  email: "bob@example.com",
  status: "pending" as const,
  link_id: null,
  created_at: "2026-11-21T08:00:00.000Z",
  decided_at: null,
  decided_by: null,
};
const policy = {
  mode: "approval" as const,
  allowed_emails: ["ada@example.com"],
  links_enabled: true,
  notify_email: null,
  updated_at: null,
};

/** The links service as the entry check asks it: `4711471147` is the PIN, `000000` the code of an address that waits for an approval. */
function serveDoor({ bus }: World): void {
  bus.serve(checkPin, async (input) => {
    asked.push({ call: "pin", input });
    if (input.pin === "wait") throw new AppError("rate_limited", { retryAfterSeconds: 64, extra: { scope: "pin" } });
    if (input.pin !== "4711471147") throw new AppError("pin_wrong");
    return { ok: true as const };
  });
  bus.serve(requestVerification, async (input) => {
    asked.push({ call: "request", input });
    return { expiresInSeconds: 600 };
  });
  bus.serve(confirmVerification, async (input) => {
    asked.push({ call: "confirm", input });
    if (input.code === "000000") throw new AppError("access_pending");
    const sessionToken = secrets.issue("session").token;
    return { status: "verified" as const, sessionToken, expiresAt: "2026-11-22T08:00:00.000Z" };
  });
  bus.serve(continueVerified, async (input) => {
    asked.push({ call: "continue", input });
    throw new AppError(input.consent === true ? "sessions_exhausted" : "consent_required");
  });
  bus.serve(getAccessPolicy, async (input) => {
    asked.push({ call: "getPolicy", input });
    return { policy };
  });
  bus.serve(setAccessPolicy, async (input) => {
    asked.push({ call: "setPolicy", input });
    return { policy };
  });
  bus.serve(listAccessRequests, async (input) => {
    asked.push({ call: "list", input });
    return { data: [request], nextCursor: "next" };
  });
  bus.serve(decideAccessRequest, async (input) => {
    asked.push({ call: "decide", input });
    return { request: { ...request, status: input.decision === "deny" ? ("denied" as const) : ("approved" as const) } };
  });
}

beforeAll(async () => {
  world = await startWorld({ RATE_LIMIT_VERIFY_PER_MINUTE: "1000" });
  serveDoor(world);
  // Answers of one connection come in order: after this one the server knows all of them.
  await world.bus.call(checkPin, { tenantId: TENANT, linkId: REQUEST_ID, pin: "4711471147", bucket: "0" });
});
afterAll(() => world.stop());
beforeEach(() => {
  asked.length = 0;
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(world.url + path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
const outcome = async (answer: Promise<Response>): Promise<[number, string | undefined]> => {
  const response = await answer;
  return [response.status, (await bodyOf(response)).code];
};
const calls = (): string[] => asked.map(({ call }) => call);
/** The two ways an anonymous session begins. */
const beginnings = (token: string): ((entry: Record<string, unknown>) => Promise<Response>)[] => [
  (entry) => post(`/api/public/sessions/${token}`, entry),
  (entry) => post(`/api/public/chat/${token}`, { message: "hi", ...entry }),
];

describe("a link with a PIN", () => {
  it("opens a session only for the right PIN, on session creation and on the first message alike", async () => {
    const { token, policy: link } = world.owners.link({ pinRequired: true });
    const sessions = world.sessions.sessions.size;
    for (const begin of beginnings(token)) {
      for (const entry of [{}, { pin: "" }]) expect(await outcome(begin(entry))).toEqual([403, "pin_required"]);
      expect(asked).toEqual([]);
      expect(await outcome(begin({ pin: "0000" }))).toEqual([403, "pin_wrong"]);
      const waits = await begin({ pin: "wait" });
      expect([waits.status, waits.headers.get("retry-after")]).toEqual([429, "64"]);
      asked.length = 0;
    }
    expect(world.sessions.sessions.size).toBe(sessions);
    expect((await beginnings(token)[0]?.({ pin: "4711471147" }))?.status).toBe(201);
    expect((await beginnings(token)[1]?.({ pin: "4711471147" }))?.status).toBe(200);
    expect(asked).toHaveLength(2);
    // Who tries is a keyed hash: no address reaches the service.
    expect(asked[0]?.input).toEqual({
      tenantId: link.tenantId,
      linkId: link.id,
      pin: "4711471147",
      bucket: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(world.log.join("")).not.toContain("4711471147");
  });

  it("does not ask again once the visitor has a session", async () => {
    const { token } = world.owners.link({ pinRequired: true, consentText: TEXT });
    const opened = await bodyOf(await post(`/api/public/sessions/${token}`, { pin: "4711471147", consent: true }));
    asked.length = 0;
    const headers = { authorization: `Bearer ${opened.session_token}` };
    expect((await post(`/api/public/chat/${token}`, { message: "hi" }, headers)).status).toBe(200);
    expect((await post(`/api/public/sessions/${token}`, {}, headers)).status).toBe(200);
    expect(asked).toEqual([]);
  });

  it("sends no mail without the PIN", async () => {
    const { token } = world.owners.link({ pinRequired: true, requireEmail: true });
    const ask = (pin?: string) => post("/api/public/verify/request", { token, email: "ada@example.com", pin });
    expect(await outcome(ask())).toEqual([403, "pin_required"]);
    expect(await outcome(ask("0000"))).toEqual([403, "pin_wrong"]);
    expect(calls()).toEqual(["pin"]);
    expect((await ask("4711471147")).status).toBe(200);
    expect(calls()).toEqual(["pin", "pin", "request"]);
  });

  it("shows that it requires a PIN, and what the visitor must agree to", async () => {
    const { token } = world.owners.link({
      pinRequired: true,
      consentText: TEXT,
      access: "approval",
      requireEmail: true,
    });
    const shown = await (await fetch(`${world.url}/api/public/link/${token}`)).json();
    expect(shown).toMatchObject({ pin_required: true, consent_text: TEXT, access: "approval", require_email: true });
  });
});

describe("a link with a consent text", () => {
  it("opens a session for a visitor who agrees, after the PIN", async () => {
    const { token } = world.owners.link({ pinRequired: true, consentText: TEXT });
    for (const begin of beginnings(token)) {
      expect(await outcome(begin({ consent: true }))).toEqual([403, "pin_required"]);
      for (const entry of [{ pin: "4711471147" }, { pin: "4711471147", consent: false }])
        expect(await outcome(begin(entry))).toEqual([403, "consent_required"]);
      expect((await begin({ pin: "4711471147", consent: true })).ok).toBe(true);
    }
  });

  it("requires consent with the code, before the code is tried, and passes on which text it was", async () => {
    const { token } = world.owners.link({ consentText: TEXT, requireEmail: true });
    const confirm = (consent?: boolean) =>
      post("/api/public/verify/confirm", { token, email: "ada@example.com", code: "123456", consent });
    expect((await post("/api/public/verify/request", { token, email: "ada@example.com" })).status).toBe(200);
    for (const consent of [undefined, false])
      expect(await outcome(confirm(consent))).toEqual([403, "consent_required"]);
    expect(calls()).toEqual(["request"]);
    expect((await confirm(true)).status).toBe(200);
    expect(asked.at(-1)?.input).toMatchObject({ code: "123456", consentHash: consentHash(TEXT) });
  });

  it("asks a confirmed visitor again when the services say so, and passes the answer on", async () => {
    const { token } = world.owners.link({ consentText: TEXT, requireEmail: true });
    const headers = { authorization: `Bearer ${secrets.issue("session").token}` };
    const open = (entry: unknown) => outcome(post(`/api/public/sessions/${token}`, entry, headers));
    expect(await open({})).toEqual([403, "consent_required"]);
    expect(await open({ consent: true })).toEqual([429, "sessions_exhausted"]);
  });
});

describe("an address awaiting approval", () => {
  it("is told so after a correct code, and gets no session", async () => {
    const { token } = world.owners.link({ access: "approval", requireEmail: true });
    const answer = await post("/api/public/verify/confirm", { token, email: "bob@example.com", code: "000000" });
    expect([answer.status, (await bodyOf(answer)).code, answer.headers.get("set-cookie")]).toEqual([
      403,
      "access_pending",
      null,
    ]);
  });
});

describe("the owner of an agent", () => {
  const owner = (method: string, path: string, body?: unknown, role: "editor" | "viewer" = "editor") =>
    fetch(world.url + path, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
      headers: {
        authorization: `Bearer ${world.owners.token(role)}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
    });
  const AT = "/api/agents/clinic";

  it("reads and sets the access policy, lists and decides requests", async () => {
    const set = { mode: "approval", allowed_emails: [" Ada@Example.com "], links_enabled: true };
    for (const [method, path, body, shown] of [
      ["GET", "/access-policy", undefined, policy],
      ["PUT", "/access-policy", set, policy],
      ["GET", "/access-requests?status=pending&limit=5", undefined, { data: [request], next_cursor: "next" }],
      ["POST", `/access-requests/${REQUEST_ID}/approve`, undefined, { ...request, status: "approved" }],
      ["POST", `/access-requests/${REQUEST_ID}/deny`, undefined, { ...request, status: "denied" }],
    ] as const) {
      const answer = await owner(method, AT + path, body);
      expect([path, answer.status, await answer.json()]).toEqual([path, 200, shown]);
      expect(asked.at(-1)?.input).toMatchObject({ principal: { tenantId: TENANT }, agent: "clinic" });
    }
    expect(asked[1]?.input).toMatchObject({ body: { ...set, allowed_emails: ["ada@example.com"] } });
    expect(asked[2]?.input).toMatchObject({ status: "pending", limit: 5 });
    expect(asked.slice(3).map(({ input }) => input.decision)).toEqual(["approve", "deny"]);
  });

  it("must be at least an editor, and cannot set an invalid policy", async () => {
    for (const [method, path] of [
      ["GET", "/access-policy"],
      ["PUT", "/access-policy"],
      ["GET", "/access-requests"],
      ["POST", `/access-requests/${REQUEST_ID}/approve`],
    ] as const)
      expect(
        await outcome(owner(method, AT + path, method === "PUT" ? { mode: "open" } : undefined, "viewer")),
      ).toEqual([403, "forbidden"]);
    for (const wrong of [
      { mode: "closed" },
      { mode: "open", allowed_emails: ["nobody"] },
      { mode: "open", allowed: [] },
      { mode: "open", notify_email: "x" },
    ])
      expect(await outcome(owner("PUT", `${AT}/access-policy`, wrong)), JSON.stringify(wrong)).toEqual([
        422,
        "validation_failed",
      ]);
    expect(asked).toEqual([]);
  });

  it("changes who may enter within a second", async () => {
    const link = world.owners.link();
    const show = async () => (await bodyOf(await fetch(`${world.url}/api/public/link/${link.token}`))).require_email;
    expect(await show()).toBe(false);
    link.policy.requireEmail = true;
    const fact = { tenantId: link.policy.tenantId, agentId: link.policy.agentId, linksEnabled: true };
    await world.bus.publish(accessPolicyChanged, fact, { key: fact.agentId, msgId: "policy-1" });
    await endsWithin(1_000, () => expect.poll(show).toBe(true));
    link.set("unavailable");
    await world.bus.publish(accessPolicyChanged, fact, { key: fact.agentId, msgId: "policy-2" });
    const status = async () => (await fetch(`${world.url}/api/public/link/${link.token}`)).status;
    await endsWithin(1_000, () => expect.poll(status).toBe(404));
  });
});
