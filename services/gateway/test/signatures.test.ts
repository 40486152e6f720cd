import { credentialRevoked } from "@parley/contracts";
import { describeWithRedis, endsWithin, startRedis, tokenOf } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import type { FakeSession } from "./fake-records.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function open(): Promise<FakeSession> {
  const metadata = { n: Math.random() };
  const answer = await world.signed("POST", "/api/chat/sessions", { tenant_id: TENANT, agent_id: AGENT, metadata });
  const session = world.sessions.sessions.get((await bodyOf(answer)).session_id);
  if (session === undefined) throw new Error("session is unknown");
  return session;
}

const messages = (session: FakeSession, query = ""): string =>
  `/api/chat/sessions/${session.view.session_id}/messages${query}`;

describe("signature authentication", () => {
  const path = "/api/chat/sessions/text_unknown";

  it("answers every failure of key and signature with one generic 401, before revealing what exists", async () => {
    const answers = await Promise.all([
      world.signed("GET", path, undefined, { key: "wrong-key" }),
      world.signed("GET", path, undefined, { headers: { "x-key-id": "unknown" } }),
      world.signed("GET", path, undefined, { headers: { "x-nonce": "signed-without-this" } }),
      world.signed("GET", path, undefined, { sentTo: "/api/chat/no-such-route" }),
      world.signed("PUT", "/api/chat/sessions", "{", { key: "wrong-key" }),
    ]);
    const bodies = await Promise.all(
      answers.map(async (answer) => ({ ...(await bodyOf(answer)), request_id: "", status: answer.status })),
    );
    for (const body of bodies) expect(body).toEqual({ ...bodies[0], status: 401, code: "invalid_signature" });
    expect((await world.signed("GET", path)).status).toBe(404);
    expect((await world.signed("GET", "/api/chat/no-such-route")).status).toBe(404);
    expect((await world.signed("PUT", "/api/chat/sessions", "{}")).status).toBe(405);
  });

  it("reports what a refused sender can see itself: a missing or malformed header, a clock that is off", async () => {
    const now = Math.floor(Date.now() / 1_000);
    const told = async (answer: Promise<Response>) => {
      const { status, code, errors } = { ...(await bodyOf(await answer)), status: (await answer).status };
      expect([status, code]).toEqual([401, "invalid_signature"]);
      return errors.map(({ pointer, rule }) => `${pointer} ${rule}`);
    };
    const unsigned = ["header/x-timestamp required", "header/x-signature required"];
    expect(await told(fetch(world.url + path))).toEqual(unsigned);
    expect(await told(fetch(`${world.url}/api/chat/no-such-route`))).toEqual(unsigned);
    const put = fetch(`${world.url}/api/chat/sessions`, { method: "PUT", body: "{" });
    expect(await told(put)).toEqual(unsigned);
    const short = world.signed("GET", path, undefined, { headers: { "x-nonce": "short" } });
    expect(await told(short)).toEqual(["header/x-nonce pattern"]);
    // With a wrong key as with a right one: the time is judged by itself.
    for (const key of ["wrong-key", undefined]) {
      const late = await world.signed("GET", path, undefined, { timestamp: now - 4_000, ...(key && { key }) });
      const { detail } = await bodyOf(late);
      expect(detail).toMatch(/^header\/x-timestamp: is 400\d s behind this server's clock; 300 s are allowed$/);
    }
    const early = world.signed("GET", path, undefined, { timestamp: now + 4_000 });
    expect(await told(early)).toEqual(["header/x-timestamp window"]);
  });

  it("covers the query string too", async () => {
    const session = await open();
    expect((await world.signed("GET", messages(session, "?limit=1"))).status).toBe(200);
    const moved = await world.signed("GET", messages(session), undefined, { sentTo: messages(session, "?limit=1") });
    expect(moved.status).toBe(401);
  });

  it("accepts a nonce once", async () => {
    const session = await open();
    const options = { nonce: "single-use-nonce-0001", timestamp: Math.floor(Date.now() / 1_000) };
    expect((await world.signed("GET", messages(session), undefined, options)).status).toBe(200);
    expect((await world.signed("GET", messages(session), undefined, options)).status).toBe(401);
  });

  it("drops a revoked key upon an event on the bus, not only after its cache time", async () => {
    const session = await open();
    const principal = { tenantId: TENANT, role: "operator", via: "hmac", id: "k" } as const;
    world.owners.keys.set("short-lived", { secret: "short-secret", principal });
    const options = { key: "short-secret", headers: { "x-key-id": "short-lived" } };
    const shown = () => world.signed("GET", `/api/chat/sessions/${session.view.session_id}`, undefined, options);
    expect((await shown()).status).toBe(200);
    const asked = world.owners.count("resolveKey");
    expect((await shown()).status).toBe(200);
    expect(world.owners.count("resolveKey")).toBe(asked);
    world.owners.keys.delete("short-lived");
    const id = "22222222-2222-4222-8222-222222222222";
    await world.bus.publish(credentialRevoked, { id }, { key: id, msgId: "revoke-1" });
    await endsWithin(1_000, () => expect.poll(async () => (await shown()).status).toBe(401));
  });
});

describe("a management token", () => {
  it("is refused within a second of its revocation, even though it was cached as valid", async () => {
    const token = tokenOf("ak_", "A".repeat(12), "b".repeat(32));
    world.owners.tokens.set(token, { tenantId: TENANT, role: "owner", via: "token", id: "t" });
    const shown = async () => {
      const answer = await fetch(`${world.url}/api/agents`, { headers: { authorization: `Bearer ${token}` } });
      return answer.status;
    };
    expect(await shown()).toBe(200);
    const asked = world.owners.count("verifyToken");
    expect(await shown()).toBe(200);
    expect(world.owners.count("verifyToken")).toBe(asked);
    world.owners.tokens.delete(token);
    const id = "33333333-3333-4333-8333-333333333333";
    await world.bus.publish(credentialRevoked, { id }, { key: id, msgId: "revoke-2" });
    await endsWithin(1_000, () => expect.poll(shown).toBe(401));
  });
});

describeWithRedis("a used nonce", () => {
  it("is refused while Redis is down and after it restarts empty, on read routes too", async () => {
    const redis = await startRedis();
    const other = await startWorld({}, { redisUrl: redis.url });
    try {
      const path = "/api/chat/sessions/text_unknown";
      const options = { nonce: "before-the-loss-0001", timestamp: Math.floor(Date.now() / 1_000) };
      const sent = async () => (await other.signed("GET", path, undefined, options)).status;
      expect(await sent()).toBe(404);
      expect(await sent()).toBe(401);
      await redis.kill();
      expect(await sent()).toBe(401);
      // Restarted it holds nothing: a private Redis keeps no file.
      await redis.restart();
      await expect.poll(() => other.redis.ping(), { timeout: 10_000 }).toBe(true);
      expect(await sent()).toBe(401);
    } finally {
      await other.stop();
      await redis.destroy();
    }
  });
});

describe("signed routes", () => {
  it("answer 503 without any key, and 429 to an address that fails too often", async () => {
    const other = await startWorld({ ADMIN_API_KEY: "", RATE_LIMIT_AUTH_FAILURES_PER_MINUTE: "3" });
    try {
      const answer = await other.signed("GET", "/api/chat/sessions/x");
      expect([answer.status, (await bodyOf(answer)).code]).toEqual([503, "not_configured"]);
      const failing = () =>
        other.signed("GET", "/api/chat/sessions/x", undefined, { headers: { "x-key-id": "nobody" } });
      for (const left of [2, 1, 0]) {
        const refused = await failing();
        expect([refused.status, refused.headers.get("ratelimit")]).toEqual([401, `"auth_failures";r=${left}`]);
      }
      const limited = await failing();
      expect(limited.status).toBe(429);
      expect(limited.headers.get("ratelimit-policy")).toBe('"auth_failures";q=3;w=60');
      expect(limited.headers.get("ratelimit")).toMatch(/^"auth_failures";r=0;t=[1-9]\d?$/);
      expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
      const principal = { tenantId: TENANT, role: "operator", via: "hmac", id: "k" } as const;
      other.owners.keys.set("good", { secret: "good-secret", principal });
      const good = { key: "good-secret", headers: { "x-key-id": "good" } };
      expect((await other.signed("GET", "/api/chat/sessions/x", undefined, good)).status).toBe(404);
    } finally {
      await other.stop();
    }
  });
});
