import { createHash, createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SignedRequest, signRequest, verifySignature } from "../src/index.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const key = { secret: "test-key-0123456789", id: "default" };
const body = Buffer.from('{"content":"Grüße"}');
const timestamp = "1764153000";
const target = "/api/chat/sessions/text_abc/messages?stream=true";

function request(overrides: Partial<SignedRequest> = {}, nonce?: string): SignedRequest {
  const signature = signRequest(key.secret, { timestamp, nonce, method: "POST", target, body });
  const headers = { "x-timestamp": timestamp, "x-signature": signature, ...(nonce ? { "x-nonce": nonce } : {}) };
  return { method: "POST", target, body, headers, ...overrides };
}

const verify = (signed: SignedRequest, now = Number(timestamp), claimed = true) =>
  verifySignature(signed, {
    resolveKey: async (keyId) => (keyId === null || keyId === "known" ? key : null),
    claimNonce: async () => claimed,
    now: () => now,
  });

describe("signature", () => {
  it("gives the known answers of the reference formula", () => {
    const empty = createHash("sha256").update("").digest("hex");
    expect(empty).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const signed = signRequest("secret", {
      timestamp: "1700000000",
      method: "GET",
      target: "/api/chat/sessions/text_a",
      body: "",
    });
    const byHand = createHmac("sha256", "secret")
      .update(`1700000000GET/api/chat/sessions/text_a${empty}`)
      .digest("hex");
    expect(signed).toBe(byHand);
    // Computed once with Python's hmac module; catches a change of the formula on both sides at once.
    expect(signed).toBe("f62295adf027337aa1d6992bc3b0410f465a216b9060042aca04af029ff44635");
    expect(
      signRequest("secret", {
        timestamp: "1700000000",
        nonce: "0123456789abcdef",
        method: "POST",
        target: "/api/chat/sessions",
        body: '{"tenant_id":"t"}',
      }),
    ).toBe("08a8a045032b5f073a83165f36a4de4cda66da2c2b72d704a8648f066d638f72");
  });

  it("accepts the window inclusively and nothing outside it", async () => {
    const at = Number(timestamp);
    expect(await verify(request(), at + 300)).not.toBeNull();
    expect(await verify(request(), at - 300)).not.toBeNull();
    expect(await verify(request(), at + 301)).toBeNull();
    expect(await verify(request(), at - 301)).toBeNull();
  });

  it("refuses a nonce that was used, a nonce that was not signed, and an unknown key", async () => {
    const nonce = "n".repeat(16);
    expect(await verify(request({}, nonce))).toMatchObject({ nonce });
    expect(await verify(request({}, nonce), Number(timestamp), false)).toBeNull();
    const unsigned = request();
    expect(await verify({ ...unsigned, headers: { ...unsigned.headers, "x-nonce": nonce } })).toBeNull();
    expect(await verify({ ...unsigned, headers: { ...unsigned.headers, "x-key-id": "known" } })).not.toBeNull();
    expect(await verify({ ...unsigned, headers: { ...unsigned.headers, "x-key-id": "other" } })).toBeNull();
  });

  it("claims a nonce only after a good signature", async () => {
    let claims = 0;
    const good = request({}, "n".repeat(20));
    const options = {
      resolveKey: async () => key,
      claimNonce: async () => {
        claims += 1;
        return true;
      },
      now: () => Number(timestamp),
    };
    await verifySignature({ ...good, body: Buffer.from("{}") }, options);
    expect(claims).toBe(0);
    await verifySignature(good, options);
    expect(claims).toBe(1);
  });

  it("refuses 20,000 mutations", async () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 64 });
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant("body" as const), bytes }),
      fc.record({ kind: fc.constant("flip" as const), at: fc.nat(body.length - 1), bit: fc.nat(7) }),
      fc.record({ kind: fc.constant("target" as const), text: fc.string({ minLength: 1 }) }),
      fc.record({
        kind: fc.constant("method" as const),
        text: fc.constantFrom("GET", "PUT", "DELETE", "post", "TRACE", ""),
      }),
      fc.record({ kind: fc.constant("timestamp" as const), text: fc.oneof(fc.string(), fc.integer().map(String)) }),
      fc.record({
        kind: fc.constant("signature" as const),
        text: fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-fA-F]{64}$/)),
      }),
      fc.record({ kind: fc.constant("upper" as const) }),
    );
    await fc.assert(
      fc.asyncProperty(mutation, async (change) => {
        const mutated = mutate(change);
        fc.pre(mutated !== null);
        if (mutated !== null) expect(await verify(mutated)).toBeNull();
      }),
      { numRuns: 20_000 },
    );
  }, 60_000);
});

type Mutation =
  | { kind: "body"; bytes: Uint8Array }
  | { kind: "flip"; at: number; bit: number }
  | { kind: "target" | "method" | "timestamp" | "signature"; text: string }
  | { kind: "upper" };

/** A request that differs from the signed one; null when the change changed nothing. */
function mutate(change: Mutation): SignedRequest | null {
  const good = request();
  switch (change.kind) {
    case "body":
      return { ...good, body: Buffer.concat([good.body, change.bytes]) };
    case "flip": {
      const copy = Buffer.from(good.body);
      copy[change.at] = (copy[change.at] ?? 0) ^ (1 << change.bit);
      return { ...good, body: copy };
    }
    case "target":
      return { ...good, target: good.target + change.text };
    case "method":
      return { ...good, method: change.text };
    case "timestamp":
      return change.text === timestamp ? null : { ...good, headers: { ...good.headers, "x-timestamp": change.text } };
    case "signature":
      return change.text === good.headers["x-signature"]
        ? null
        : { ...good, headers: { ...good.headers, "x-signature": change.text } };
    case "upper":
      return {
        ...good,
        headers: { ...good.headers, "x-signature": String(good.headers["x-signature"]).toUpperCase() },
      };
  }
}
