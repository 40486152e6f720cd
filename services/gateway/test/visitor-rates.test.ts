import { setTimeout as after } from "node:timers/promises";
import { listSecurityEvents, tokenSubject } from "@parley/contracts";
import { createSecrets } from "@parley/secrets";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Call, callAt, codeOf, type DefendedWorld, senderAt, startDefended } from "./defended-world.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: DefendedWorld;
beforeAll(async () => {
  world = await startDefended();
});
afterAll(() => world.stop());

const call = (path: string, options: Call = {}, at: World = world): Promise<Response> => callAt(at, path, options);
const sender = (token: string, from: string, at: World = world): Promise<() => Promise<Response>> =>
  senderAt(at, token, from);

describe("rate limits", () => {
  it("count a confirmed person once across all devices", async () => {
    const { token } = world.owners.link({ requireEmail: true, rateLimitPerMinute: 3 });
    world.bus.serve(tokenSubject, async () => ({ subject: "one-person", sessionId: "text_x" }));
    const known = { principal: { tenantId: null, role: "viewer", via: "token", id: "t" }, days: 1, limit: 1 } as const;
    await world.bus.call(listSecurityEvents, known);
    const secrets = createSecrets("only the shape of these tokens is looked at");
    const send = () =>
      call(`/api/public/chat/${token}`, {
        body: { message: "hi" },
        headers: { authorization: `Bearer ${secrets.issue("session").token}` },
      });
    const scopes: (string | null)[] = [];
    for (let device = 0; device < 4; device += 1) scopes.push((await send()).headers.get("ratelimit-policy"));
    expect(scopes).toEqual(Array.from({ length: 4 }, () => '"person";q=3;w=60').with(0, '"session";q=3;w=60'));
    const refused = await send();
    expect([refused.status, await bodyOf(refused)]).toEqual([
      429,
      expect.objectContaining({ code: "rate_limited", scope: "person" }),
    ]);
  });

  it("are also reported by the tightest of link, tenant and server", async () => {
    for (const [scope, variable] of [
      ["link", "RATE_LIMIT_LINK_PER_MINUTE"],
      ["tenant", "RATE_LIMIT_TENANT_PER_MINUTE"],
      ["global", "RATE_LIMIT_GLOBAL_PER_MINUTE"],
    ] as const) {
      const own = await startWorld({ TRUSTED_PROXIES: "127.0.0.1", [variable]: "2" });
      try {
        const { token } = own.owners.link({ maxSessions: 100 });
        const open = (n: number) => call(`/api/public/sessions/${token}`, { from: `192.0.2.${n}`, body: {} }, own);
        const first = await open(1);
        expect([first.status, first.headers.get("ratelimit")]).toEqual([201, `"${scope}";r=1`]);
        await open(2);
        const refused = await open(3);
        expect([refused.status, await bodyOf(refused)]).toEqual([429, expect.objectContaining({ scope })]);
        expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      } finally {
        await own.stop();
      }
    }
  });

  it("cost a visitor's message one Redis call, two if a limit needs more than headers, a signed one none", async () => {
    const { limits } = world.redis;
    const spies = [vi.spyOn(limits, "take"), vi.spyOn(limits, "takeWatched"), vi.spyOn(limits, "levelOf")];
    const calls = () => spies.map(({ mock }) => mock.calls.length);
    const from = "198.51.100.15";
    try {
      const plain = await sender(world.owners.link().token, from);
      const fenced = await sender(world.owners.link({ allowedIps: ["198.51.100.0/24"] }).token, from);
      for (const [send, expected] of [
        [plain, [0, 1, 0]],
        [fenced, [1, 1, 0]],
      ] as const) {
        for (const spy of spies) spy.mockClear();
        expect((await send()).status).toBe(200);
        expect(calls()).toEqual(expected);
      }
      for (const spy of spies) spy.mockClear();
      await world.signed("GET", "/api/chat/sessions/text_0000000000000000000000");
      expect(calls()).toEqual([0, 0, 0]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  it("of a link and its sessions are not used up by callers who may not use it, nor by a refused address", async () => {
    const own = await startWorld({ TRUSTED_PROXIES: "127.0.0.1", RATE_LIMIT_ADDRESS_PER_MINUTE: "6" });
    try {
      const { token } = own.owners.link({ rateLimitPerMinute: 10, allowedDomains: ["https://shop.example"] });
      const opened = await bodyOf(
        await call(`/api/public/sessions/${token}`, { from: "198.51.100.30", body: {} }, own),
      );
      const send = (from: string, origin?: string) => {
        const headers = { authorization: `Bearer ${String(opened.session_token)}`, ...(origin && { origin }) };
        return call(`/api/public/chat/${token}`, { from, headers, body: { message: "hi" } }, own);
      };
      const left = async () => (await send("198.51.100.31")).headers.get("ratelimit");
      expect(await left()).toBe('"session";r=9');
      for (let count = 0; count < 3; count += 1)
        expect(await codeOf(await send("198.51.100.32", "https://other.example"))).toEqual([403, "origin_not_allowed"]);
      expect(await left()).toBe('"session";r=8');
      for (let count = 0; count < 3; count += 1) await send("198.51.100.32", "https://other.example");
      for (let count = 0; count < 3; count += 1) {
        const refused = await send("198.51.100.32", "https://shop.example");
        expect([refused.status, await bodyOf(refused)]).toEqual([429, expect.objectContaining({ scope: "address" })]);
      }
      expect(await left()).toBe('"session";r=7');
    } finally {
      await own.stop();
    }
  });

  it("bound the calls of one address before their body is read, including refused routes and preflights", async () => {
    const own = await startWorld({ TRUSTED_PROXIES: "127.0.0.1", RATE_LIMIT_ADDRESS_PER_MINUTE: "4" });
    try {
      const { token } = own.owners.link({ allowedDomains: ["https://shop.example"] });
      const from = "198.51.100.16";
      const preflight = { origin: "https://shop.example", "access-control-request-method": "POST" };
      const first = [
        await call(`/api/public/link/${token}`, { from }, own),
        await call("/api/public/nothing", { from }, own),
        await call(`/api/public/chat/${token}`, { from, method: "OPTIONS", headers: preflight }, own),
        await call("/api/public/verify/request", { from, body: { token: "pl_x", email: "a@example.com" } }, own),
      ];
      expect(first.map(({ status }) => status)).toEqual([200, 404, 204, 404]);
      for (const path of [`link/${token}`, "nothing", "verify/request", `chat/${token}`]) {
        const body = "{ this is never read";
        const init = { method: path === "verify/request" ? "POST" : "GET", headers: { "x-forwarded-for": from } };
        const refused = await fetch(`${own.url}/api/public/${path}`, init.method === "GET" ? init : { ...init, body });
        expect([path, refused.status, await bodyOf(refused)]).toEqual([
          path,
          429,
          expect.objectContaining({ code: "rate_limited", scope: "address" }),
        ]);
        expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
        expect([...refused.headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
      }
      // The page itself is the same for all; only whose frames it may stand in is not looked up any more.
      const page = await call(`/public/chat/${token}`, { from }, own);
      expect(page.headers.get("content-security-policy")).toMatch(/frame-ancestors 'self'(;|$)/);
      expect((await call(`/api/public/link/${token}`, { from: "198.51.100.17" }, own)).status).toBe(200);
    } finally {
      await own.stop();
    }
  });

  it("let fourteen colleagues behind one address open the page of a link at once", async () => {
    const { token } = world.owners.link({ rateLimitPerMinute: 10, maxSessions: 100 });
    const opened = await Promise.all(
      Array.from({ length: 14 }, () => call(`/api/public/sessions/${token}`, { from: "198.51.100.10", body: {} })),
    );
    expect(opened.map(({ status }) => status)).toEqual(opened.map(() => 201));
  });

  it("stay the same for a sender who sends as fast as allowed and waits as told", { timeout: 30_000 }, async () => {
    const { token } = world.owners.link({ rateLimitPerMinute: 60 });
    const send = await sender(token, "198.51.100.11");
    let answer = await send();
    for (let round = 0; round < 7; round += 1) {
      expect([round, answer.status, answer.headers.get("ratelimit-policy")]).toEqual([
        round,
        200,
        '"session";q=60;w=60',
      ]);
      while (answer.status === 200) answer = await send();
      expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "1"]);
      await after(Number(answer.headers.get("retry-after")) * 1_000);
      answer = await send();
    }
  });

  it("are halved for a session that does not wait, and for nobody else at its address", async () => {
    const from = "198.51.100.12";
    const fields = { rateLimitPerMinute: 4, proofOfWork: "adaptive", maxSessions: 100 } as const;
    const [link, other] = [world.owners.link(fields), world.owners.link(fields)];
    const senders = [await sender(link.token, from), await sender(link.token, from), await sender(other.token, from)];
    const [impatient, colleague, elsewhere] = senders;
    await expect
      .poll(async () => (await impatient?.())?.headers.get("ratelimit-policy"), { timeout: 10_000, interval: 20 })
      .toBe('"session";q=2;w=60');
    expect(await world.told(link.policy.id, "adaptive_tightened")).toMatchObject({ scope: "level_1", count: 1 });
    expect(await world.told(link.policy.id, "rate_limited")).toMatchObject({ scope: "session" });
    for (const send of [colleague, elsewhere])
      for (let count = 0; count < 4; count += 1) {
        const answer = await send?.();
        expect([answer?.status, answer?.headers.get("ratelimit-policy")]).toEqual([200, '"session";q=4;w=60']);
      }
    for (const { token } of [link, other])
      expect((await call(`/api/public/sessions/${token}`, { from, body: {} })).status).toBe(201);
  });

  it("are halved for newcomers of an address on the link where it does not wait; there it must prove work", async () => {
    const own = await startWorld({
      TRUSTED_PROXIES: "127.0.0.1",
      PROOF_DIFFICULTY: "256",
      RATE_LIMIT_NEW_SESSIONS_PER_MINUTE: "8",
    });
    try {
      const from = "198.51.100.99";
      const fields = { proofOfWork: "adaptive", maxSessions: 1_000 } as const;
      const [link, other] = [own.owners.link(fields), own.owners.link(fields)];
      const open = (at = link.token, by = from, more: object = {}) =>
        call(`/api/public/sessions/${at}`, { from: by, body: more }, own);
      const send = await sender(link.token, from, own);
      for (let count = 1; count < 8; count += 1) expect((await open()).status).toBe(201);
      await expect
        .poll(async () => (await open()).headers.get("ratelimit-policy"), { timeout: 10_000, interval: 20 })
        .toBe('"visitor";q=4;w=60');
      const shown = async (token: string, by: string) =>
        (await bodyOf(await call(`/api/public/link/${token}`, { from: by }, own))).proof_required;
      expect([await shown(link.token, from), await shown(other.token, from)]).toEqual([true, false]);
      expect([await shown(link.token, "198.51.100.98"), (await open(link.token, "198.51.100.98")).status]).toEqual([
        false,
        201,
      ]);
      expect((await open(other.token)).status).toBe(201);
      expect((await send()).status).toBe(200);
    } finally {
      await own.stop();
    }
  });

  it("bound invalid link tokens by address and log the scan, without affecting a valid link", async () => {
    const own = await startWorld({ TRUSTED_PROXIES: "127.0.0.1", RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: "6" });
    try {
      const { token } = own.owners.link();
      const from = "198.51.100.13";
      const secrets = createSecrets("other links than those of this server");
      const answers: unknown[] = [];
      for (let n = 0; n < 4; n += 1)
        for (const guess of [`pl_${n}`, secrets.issue("link").token])
          answers.push(await codeOf(await call(`/api/public/link/${guess}`, { from }, own)));
      const refused = [429, "rate_limited"];
      expect(answers).toEqual([...Array.from({ length: 6 }, () => [404, "link_unavailable"]), refused, refused]);
      const body = { token: "pl_guess", email: "a@example.com" };
      const asked = await call("/api/public/verify/request", { from, body }, own);
      expect([Number(asked.headers.get("retry-after")) > 0, ...(await codeOf(asked))]).toEqual([true, ...refused]);
      expect((await call(`/api/public/link/${token}`, { from }, own)).status).toBe(200);
      const elsewhere = await call("/api/public/link/pl_guess", { from: "198.51.100.14" }, own);
      expect(await codeOf(elsewhere)).toEqual([404, "link_unavailable"]);
      const lines = own.log.filter((line) => line.includes("links.scanned"));
      expect(lines).toHaveLength(1);
      expect(lines.join()).not.toContain(from);
    } finally {
      await own.stop();
    }
  });
});
