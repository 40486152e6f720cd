import {
  AppError,
  confirmVerification,
  continueVerified,
  createSession,
  devMail,
  type LinkPolicy,
  requestVerification,
} from "@parley/contracts";
import { createSecrets } from "@parley/secrets";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { z } from "zod";
import { TENANT } from "./fake-owners.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

const secrets = createSecrets("test-only-master-key-test-only-master-key");
let world: World;
/** What the links service was asked, and how it answers next. */
const asked: { call: string; input: Record<string, unknown> }[] = [];
let failure: AppError | null = null;
let mailServer = false;

/** The verification of the links service as the gateway meets it: `004217` is the right code, `999999` one that is over. */
function serveVerification(over: World): void {
  const told = (call: string, input: Record<string, unknown>): void => {
    asked.push({ call, input });
    if (failure !== null) throw failure;
  };
  over.bus.serve(requestVerification, async (input) => {
    told("request", input);
    return { expiresInSeconds: 600 };
  });
  over.bus.serve(confirmVerification, async (input): Promise<z.input<typeof confirmVerification.response>> => {
    told("confirm", input);
    if (input.code !== "004217")
      return { status: "refused", error: input.code === "999999" ? "code_expired" : "invalid_code" };
    const sessionToken = secrets.issue("session").token;
    return { status: "verified", sessionToken, expiresAt: "2026-11-22T08:00:00.000Z" };
  });
  over.bus.serve(devMail, async (input) => {
    told("mail", input);
    if (mailServer) throw new AppError("not_found");
    return {
      data: [{ id: "7", to: "ada@example.com", subject: "s", text: "t", created_at: "2026-11-21T08:00:00.000Z" }],
    };
  });
}

beforeAll(async () => {
  world = await startWorld({ RATE_LIMIT_VERIFY_PER_MINUTE: "1000" });
  serveVerification(world);
});
afterAll(() => world.stop());
beforeEach(() => {
  asked.length = 0;
  failure = null;
});

const post = (path: string, body: unknown, headers: Record<string, string> = {}, url = world.url) =>
  fetch(url + path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
const REQUEST = "/api/public/verify/request";
const CONFIRM = "/api/public/verify/confirm";
const email = "ada@example.com";

describe("requesting a code", () => {
  it("returns how long it is valid, and passes on the address in its normalised form", async () => {
    const { token, policy } = world.owners.link({ requireEmail: true });
    for (const [given, normal] of [
      ["  Ada@Example.COM ", email],
      ["ada@Bücher.example", "ada@xn--bcher-kva.example"],
      ["ada+x@пример.рф", "ada+x@xn--e1afmkfd.xn--p1ai"],
    ]) {
      const answer = await post(REQUEST, { token, email: given });
      const { request_id: requestId, ...body } = await bodyOf(answer);
      expect([answer.status, body]).toEqual([200, { expires_in_seconds: 600 }]);
      expect(requestId).toMatch(/^[A-Za-z0-9_-]{22,64}$/);
      expect(answer.headers.get("cache-control")).toContain("no-store");
      expect(asked.at(-1)?.input).toEqual({ tenantId: policy.tenantId, linkId: policy.id, email: normal, requestId });
    }
  });

  it("passes on the browser's languages in order of preference, and accepts any Accept-Language header", async () => {
    const { token } = world.owners.link({ requireEmail: true });
    for (const [header, languages] of [
      ["de-AT, fr;q=0.5, en;q=0.7", ["de-AT", "en", "fr"]],
      ["en;q=0, he ; q=0.9,*;q=0.1", ["he"]],
      ["*", undefined],
      ["x;q=7, ;;;, <script>, pl", ["pl"]],
      [Array(2_000).fill("tr").join(","), Array(10).fill("tr")],
    ] as const) {
      for (const [path, extra] of [
        [REQUEST, {}],
        [CONFIRM, { code: "000000" }],
      ] as const) {
        const answer = await post(path, { token, email, ...extra }, { "accept-language": header });
        expect([answer.status, asked.at(-1)?.input.languages], header.slice(0, 50)).toEqual([200, languages]);
      }
    }
  });

  it("binds the code to the browser by an HttpOnly cookie, or by the id in the answer", async () => {
    const { token } = world.owners.link({ requireEmail: true });
    const first = await post(REQUEST, { token, email });
    const { request_id: requestId } = await bodyOf(first);
    const cookie = first.headers.get("set-cookie") ?? "";
    for (const part of [`=${requestId};`, "HttpOnly", "SameSite=", "Path=/api/public"]) expect(cookie).toContain(part);
    const own = { cookie: cookie.split(";")[0] ?? "" };
    expect((await bodyOf(await post(REQUEST, { token, email }, own))).request_id).toBe(requestId);
    expect((await bodyOf(await post(REQUEST, { token, email, request_id: requestId }))).request_id).toBe(requestId);
    expect((await bodyOf(await post(REQUEST, { token, email }))).request_id).not.toBe(requestId);
    for (const [headers, more, same] of [
      [own, {}, true],
      [{}, { request_id: requestId }, true],
      [{}, {}, false],
      [{ cookie: "parley_verify_other=x" }, {}, false],
    ] as const) {
      await post(CONFIRM, { token, email, code: "123456", ...more }, headers);
      expect(asked.at(-1)?.input.requestId === requestId).toBe(same);
    }
    expect((await post(CONFIRM, { token, email, code: "1", request_id: "short" })).status).toBe(422);
    const done = await post(CONFIRM, { token, email, code: "004217" }, own);
    expect(done.headers.getSetCookie().join("\n")).toMatch(/parley_verify_\w+=;.*Max-Age=0/);
  });

  it("returns the same id for a repeat under one key, and another id for another address or key", async () => {
    const { token } = world.owners.link({ requireEmail: true });
    const ask = async (key: string, to = email) => {
      const answer = await post(REQUEST, { token, email: to }, { "idempotency-key": key });
      expect(asked.at(-1)?.input.idempotencyKey).toBe(key);
      return (await bodyOf(answer)).request_id;
    };
    const first = await ask("k1");
    expect(await ask("k1")).toBe(first);
    expect(new Set([first, await ask("k2"), await ask("k1", "bob@example.com")]).size).toBe(3);
  });

  it("refuses an invalid address without echoing it", async () => {
    const { token } = world.owners.link();
    for (const wrong of [
      "",
      "ada",
      "@example.com",
      "ada@localhost",
      "a b@example.com",
      "a@x.com,b@x.com",
      "a@[127.0.0.1]",
    ]) {
      const answer = await post(REQUEST, { token, email: wrong });
      const text = await answer.text();
      expect([answer.status, JSON.parse(text).errors[0].pointer], wrong).toEqual([422, "/email"]);
      if (wrong.length > 5) expect(text).not.toContain(wrong);
    }
    expect(asked).toEqual([]);
  });

  it("passes on the limit of an address, with Retry-After", async () => {
    const { token } = world.owners.link();
    failure = new AppError("rate_limited", { retryAfterSeconds: 417 });
    const answer = await post(REQUEST, { token, email });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "417"]);
  });

  it("answers unknown, malformed and unusable links identically", async () => {
    const gone = world.owners.link();
    gone.set("unavailable");
    const seen = new Set<string>();
    for (const token of [gone.token, secrets.issue("link").token, "pl_x", "", `pl_${"x".repeat(100_000)}`]) {
      for (const [path, extra] of [
        [REQUEST, {}],
        [CONFIRM, { code: "004217" }],
      ] as const) {
        const answer = await post(path, { token, email, ...extra });
        const { request_id: _, ...body } = await bodyOf(answer);
        seen.add(JSON.stringify([answer.status, body]));
      }
    }
    expect([...seen]).toHaveLength(1);
    expect([...seen][0]).toContain("link_unavailable");
    expect(asked).toEqual([]);
  });

  it("counts its calls by client address, separately from confirmations", async () => {
    const own = await startWorld({ RATE_LIMIT_VERIFY_PER_MINUTE: "2" });
    try {
      serveVerification(own);
      const { token } = own.owners.link();
      const ask = () => post(REQUEST, { token, email }, {}, own.url);
      const tryCode = () => post(CONFIRM, { token, email, code: "111111" }, {}, own.url);
      expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
      const refused = await ask();
      expect([refused.status, (await bodyOf(refused)).code]).toEqual([429, "rate_limited"]);
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      expect([(await tryCode()).status, (await tryCode()).status, (await tryCode()).status]).toEqual([200, 200, 429]);
    } finally {
      await own.stop();
    }
  });
});

describe("confirming a code", () => {
  it("returns a session token, in the body and as the cookie of the link", async () => {
    const { token, policy } = world.owners.link({ requireEmail: true });
    const answer = await post(CONFIRM, { token, email: "ADA@example.com", code: " 004217 " });
    const body = await bodyOf(answer);
    expect([answer.status, body]).toEqual([
      200,
      { verified: true, session_token: expect.stringMatching(/^ps_/), expires_at: "2026-11-22T08:00:00.000Z" },
    ]);
    const cookie = answer.headers.get("set-cookie") ?? "";
    for (const part of [body.session_token, "HttpOnly", "Max-Age=86400", "SameSite="]) expect(cookie).toContain(part);
    expect(asked.at(-1)?.input).toMatchObject({ tenantId: policy.tenantId, linkId: policy.id, email, code: "004217" });
  });

  it("distinguishes a wrong code from an expired one, and sets no cookie", async () => {
    const { token } = world.owners.link();
    for (const [code, error] of [
      ["123456", "invalid_code"],
      ["", "invalid_code"],
      ["999999", "code_expired"],
    ]) {
      const answer = await post(CONFIRM, { token, email, code });
      expect([answer.status, await answer.json()]).toEqual([200, { verified: false, error }]);
      expect(answer.headers.get("set-cookie")).toBeNull();
    }
  });

  it("is refused from a site that the link does not list", async () => {
    const { token } = world.owners.link({ allowedDomains: ["https://shop.example"] });
    const from = (origin: string) => post(CONFIRM, { token, email, code: "004217" }, { origin });
    expect((await from("https://evil.example")).status).toBe(403);
    expect((await from("https://shop.example")).status).toBe(200);
  });

  it("accepts only POST, and logs neither address nor code", async () => {
    const answer = await fetch(world.url + CONFIRM);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    expect((await fetch(`${world.url}/api/public/verify/other`)).status).toBe(404);
    const log = world.log.join("");
    for (const secret of ["ada@", "004217", "ps_"]) expect(log).not.toContain(secret);
  });
});

describe("a link that requires a confirmed address", () => {
  it("opens no session without one", async () => {
    const { token } = world.owners.link({ requireEmail: true });
    for (const [path, body] of [
      [`/api/public/sessions/${token}`, {}],
      [`/api/public/chat/${token}`, { message: "hi" }],
    ] as const) {
      const answer = await post(path, body);
      expect([answer.status, (await bodyOf(answer)).code]).toEqual([403, "verification_required"]);
    }
  });
});

describe("a visitor who confirmed an address", () => {
  const open = (policy: LinkPolicy) => {
    const { tenantId, agentId } = policy;
    const at = { tenantId, agentId, version: null, metadata: {}, participantVerified: true };
    return world.bus.call(createSession, { ...at, link: policy, replyTo: "test" });
  };
  let proof: AppError | null = null;
  beforeAll(() => {
    world.bus.serve(continueVerified, async ({ link, afterLeaving }) => {
      asked.push({ call: "continue", input: { afterLeaving } });
      if (proof !== null) throw proof;
      const { sessionToken, ...session } = await open(link);
      const tokenExpiresAt = "2026-11-22T08:00:00.000Z";
      return { ...session, sessionToken: sessionToken ?? "", tokenExpiresAt, reused: false };
    });
  });

  it("can leave a conversation and begin another one without another code", async () => {
    const { token, policy } = world.owners.link({ requireEmail: true });
    const first = await open(policy);
    const headers = { authorization: `Bearer ${first.sessionToken}` };
    const chat = () => post(`/api/public/chat/${token}`, { message: "hi" }, headers);
    expect((await bodyOf(await chat())).session_id).toBe(first.sessionId);
    expect(asked).toEqual([]);
    const left = await fetch(`${world.url}/api/public/session/${token}`, { method: "DELETE", headers });
    expect([left.status, left.headers.get("set-cookie")]).toEqual([200, null]);

    const next = await chat();
    const body = await bodyOf(next);
    expect([next.status, body.response]).toEqual([200, "echo hi"]);
    expect(body.session_id).not.toBe(first.sessionId);
    expect(next.headers.get("set-cookie")).toContain(body.session_token);
    expect(asked).toEqual([{ call: "continue", input: { afterLeaving: true } }]);

    const opened = await post(`/api/public/sessions/${token}`, {}, headers);
    expect([opened.status, (await bodyOf(opened)).session_token]).toEqual([201, expect.stringMatching(/^ps_/)]);
    expect(asked.at(-1)?.input).toEqual({ afterLeaving: false });
  });

  it("needs another code when the token has expired, and is told when the conversation ended by itself", async () => {
    const { token, policy } = world.owners.link({ requireEmail: true });
    const { sessionToken } = await open(policy);
    const headers = { authorization: `Bearer ${sessionToken}` };
    await fetch(`${world.url}/api/public/session/${token}`, { method: "DELETE", headers });
    proof = new AppError("session_ended");
    const ended = await post(`/api/public/chat/${token}`, { message: "hi" }, headers);
    expect([ended.status, (await bodyOf(ended)).code]).toEqual([410, "session_ended"]);
    proof = new AppError("session_token_invalid");
    for (const given of [headers, { authorization: "Bearer ps_nonsense" }]) {
      const refused = await post(`/api/public/sessions/${token}`, {}, given);
      expect([refused.status, (await bodyOf(refused)).code]).toEqual([403, "verification_required"]);
    }
  });
});

describe("the development mailbox", () => {
  it("is shown to the owner, and to nobody where mails are really sent", async () => {
    const read = (token: string) =>
      fetch(`${world.url}/api/dev/mail`, { headers: { authorization: `Bearer ${token}` } });
    const shown = await read(world.owners.token("owner"));
    expect([shown.status, (await bodyOf(shown)).data]).toEqual([
      200,
      [expect.objectContaining({ id: "7", to: email })],
    ]);
    expect(asked.at(-1)?.input).toMatchObject({ principal: { tenantId: TENANT }, limit: 50 });
    expect((await read(world.owners.token("editor"))).status).toBe(403);
    expect((await fetch(`${world.url}/api/dev/mail`)).status).toBe(401);
    mailServer = true;
    expect((await read(world.owners.token("owner"))).status).toBe(404);
  });
});
