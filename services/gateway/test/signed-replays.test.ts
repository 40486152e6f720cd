import { randomBytes } from "node:crypto";
import { noteSecurity } from "@parley/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AGENT, TENANT } from "./fake-owners.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: World;
const noted: { kind: string; scope: string | null; count: number; linkId: string | null }[] = [];
beforeAll(async () => {
  world = await startWorld();
  world.bus.serve(noteSecurity, async ({ events }) => {
    noted.push(...events);
    return { noted: events.length };
  });
});
afterAll(() => world.stop());

const now = (): number => Math.floor(Date.now() / 1_000);
const nonce = (): string => randomBytes(12).toString("hex");
const create = { tenant_id: TENANT, agent_id: AGENT };

/** A session of the test's own; the body differs each time. */
async function open(): Promise<string> {
  const answer = await world.signed("POST", "/api/chat/sessions", { ...create, metadata: { n: nonce() } });
  return (await bodyOf(answer)).session_id;
}

describe("a captured request", () => {
  const tenant = `?tenant_id=${TENANT}`;
  const link = `/api/agents/clinic/public-links/11111111-1111-4111-8111-111111111111${tenant}`;

  it("changes nothing when replayed: the copy gets 409 and never reaches a service", async () => {
    const session = await open();
    const calls: [method: string, path: string, body: unknown][] = [
      ["PUT", link, { is_active: true }],
      ["DELETE", link, undefined],
      ["POST", `/api/agents/clinic/versions/1/activate${tenant}`, undefined],
      ["POST", `/api/chat/sessions/${session}/typing`, { active: true }],
    ];
    for (const [method, path, body] of calls) {
      const timestamp = now();
      const first = await world.signed(method, path, body, { timestamp });
      const asked = world.owners.asked.length;
      const copy = await world.signed(method, path, body, { timestamp });
      expect([path, first.status, copy.status, (await bodyOf(copy)).code]).toEqual([path, 200, 409, "signature_used"]);
      expect(world.owners.asked.slice(asked).map(({ call }) => call)).toEqual(["claimSignature"]);
    }
  });

  it("with a nonce gets 401 even on another gateway after Redis was emptied, reads included", async () => {
    const other = await startWorld();
    try {
      // Another gateway with another memory of nonces, and the database of the first one.
      other.owners.signatures = world.owners.signatures;
      for (const [method, path] of [
        ["GET", `/api/agents/clinic${tenant}`],
        ["DELETE", link],
      ] as const) {
        const options = { timestamp: now(), nonce: nonce() };
        expect((await world.signed(method, path, undefined, options)).status).toBe(200);
        const copy = await world.signed(method, path, undefined, { ...options, url: other.url });
        expect([path, copy.status, (await bodyOf(copy)).code]).toEqual([path, 401, "invalid_signature"]);
      }
    } finally {
      await other.stop();
    }
  });

  it("may be repeated without a nonce when it only reads, without asking the database", async () => {
    const timestamp = now();
    const asked = world.owners.count("claimSignature");
    for (let n = 0; n < 2; n += 1) {
      const path = `/api/agents/clinic${tenant}`;
      expect((await world.signed("GET", path, undefined, { timestamp })).status).toBe(200);
      const check = await world.signed("POST", "/api/agents/validate", { document: {} }, { timestamp });
      expect(check.status).toBe(200);
    }
    expect(world.owners.count("claimSignature")).toBe(asked);
  });

  it("can be sent again when its body was refused", async () => {
    const timestamp = now();
    const refused = () => world.signed("PUT", link, { is_active: "yes" }, { timestamp });
    expect([(await refused()).status, (await refused()).status]).toEqual([422, 422]);
  });

  it("needs no extra check when it sends a message", async () => {
    const session = await open();
    const asked = world.owners.count("claimSignature");
    for (const options of [{}, { nonce: nonce() }])
      expect(
        (await world.signed("POST", `/api/chat/sessions/${session}/messages`, { content: "hi" }, options)).status,
      ).toBe(200);
    expect(world.owners.count("claimSignature")).toBe(asked);
  });
});

describe("two people in one second", () => {
  const opened = async (answers: Response[]): Promise<string[]> =>
    Promise.all(answers.map(async (answer) => (await bodyOf(answer)).session_id));

  it("each get a session from identical signed bytes, also with an idempotency key each", async () => {
    const timestamp = now();
    const bodies = { ...create, metadata: { test: "two people" } };
    const plain = () => world.signed("POST", "/api/chat/sessions", bodies, { timestamp });
    const keyed = (key: string) =>
      world.signed("POST", "/api/chat/sessions", bodies, { timestamp, headers: { "idempotency-key": key } });
    const answers = await Promise.all([plain(), plain(), keyed("ada"), keyed("bob")]);
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(new Set(await opened(answers)).size).toBe(4);
    const again = await keyed("ada");
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await opened([again])).toEqual((await opened([await keyed("ada")])).slice(0, 1));
  });

  it("share no session by a nonce either: its copy is refused", async () => {
    const options = { timestamp: now(), nonce: nonce() };
    expect((await world.signed("POST", "/api/chat/sessions", create, options)).status).toBe(201);
    expect((await world.signed("POST", "/api/chat/sessions", create, options)).status).toBe(401);
  });

  it("are distinguished from a flood: repeats of a key are limited and leave an event", async () => {
    const principal = { tenantId: TENANT, role: "operator", via: "hmac", id: "flood" } as const;
    world.owners.keys.set("flood", { secret: "flood-secret", principal });
    const options = { timestamp: now(), key: "flood-secret", headers: { "x-key-id": "flood" } };
    const sent = 130;
    // All at once: what the limit gives back meanwhile, one a second, is far less than what remains over.
    const answers = await Promise.all(
      Array.from({ length: sent }, () => world.signed("POST", "/api/chat/sessions", create, options)),
    );
    const made = answers.filter(({ status }) => status === 201).length;
    expect(made).toBeGreaterThanOrEqual(61);
    const refused = answers.filter(({ status }) => status === 429);
    expect([refused.length > 0, made + refused.length]).toEqual([true, sent]);
    for (const { headers } of refused) expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    // A request of its own is none of them.
    const other = { ...create, metadata: { n: nonce() } };
    expect((await world.signed("POST", "/api/chat/sessions", other, options)).status).toBe(201);
    await expect.poll(() => noted.filter(({ kind }) => kind === "request_replayed").length).toBeGreaterThan(0);
    expect(noted).toContainEqual(
      expect.objectContaining({ kind: "request_replayed", scope: "create_session", linkId: null }),
    );
  });
});

describe("a key that requires nonces", () => {
  it("is refused without one", async () => {
    const principal = { tenantId: TENANT, role: "operator", via: "hmac", id: "strict" } as const;
    world.owners.keys.set("strict", { secret: "strict-secret", principal, requireNonce: true });
    const options = { key: "strict-secret", headers: { "x-key-id": "strict" } };
    const path = "/api/chat/sessions/text_unknown";
    const without = await world.signed("GET", path, undefined, options);
    expect([without.status, (await bodyOf(without)).code]).toEqual([401, "invalid_signature"]);
    expect((await world.signed("GET", path, undefined, { ...options, nonce: nonce() })).status).toBe(404);
  });

  it("may be the operator's own key", async () => {
    const strict = await startWorld({ ADMIN_API_KEY_REQUIRE_NONCE: "true" });
    try {
      expect((await strict.signed("GET", "/api/chat/sessions/x")).status).toBe(401);
      expect((await strict.signed("GET", "/api/chat/sessions/x", undefined, { nonce: nonce() })).status).toBe(404);
    } finally {
      await strict.stop();
    }
  });
});
