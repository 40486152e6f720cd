import { computeSignature } from "@parley/client";
import { describe, expect, it } from "vitest";
import { type CheckedRequest, findFaults } from "../src/signature-checker.js";

const NOW = new Date("2030-01-31T09:00:00Z");
const PARTS = {
  timestamp: String(NOW.getTime() / 1_000),
  method: "POST",
  target: "/api/chat/sessions?a=%20b",
  body: '{"agent_id": "a"}',
};
const KEY = "his-key";

/** The request with a signature of other parts, or of another key, than were sent. */
async function signedAs(change: Partial<typeof PARTS & { nonce: string }> = {}, key = KEY): Promise<CheckedRequest> {
  return { ...PARTS, key: KEY, signature: await computeSignature(key, { ...PARTS, ...change }) };
}

describe("the signature checker", () => {
  it("accepts a request that is signed as documented", async () => {
    expect(await findFaults(await signedAs(), NOW)).toEqual([]);
    const nonce = "0123456789abcdef";
    expect(await findFaults({ ...(await signedAs({ nonce })), nonce }, NOW)).toEqual([]);
  });

  it.each([
    ["the body was left out", { body: "" }, /body was left out/],
    ["the query was left out", { target: "/api/chat/sessions" }, /query was left out/],
    ["the path was decoded", { target: "/api/chat/sessions?a= b" }, /signed decoded/],
    ["the body was written again", { body: '{"agent_id":"a"}' }, /another spelling/],
    ["the body was signed with a line break", { body: `${PARTS.body}\n` }, /line break at the end/],
    ["milliseconds were signed", { timestamp: `${PARTS.timestamp}000` }, /in milliseconds/],
  ])("says that %s", async (_, change, sentence) => {
    expect(await findFaults(await signedAs(change), NOW)).toEqual([expect.stringMatching(sentence)]);
  });

  it("says that a nonce was sent and not signed", async () => {
    const sent = { ...(await signedAs()), nonce: "0123456789abcdef" };
    expect(await findFaults(sent, NOW)).toEqual([expect.stringMatching(/sent but not signed/)]);
  });

  it("recognises other encodings of the right signature", async () => {
    const sent = await signedAs();
    const bytes = Buffer.from(sent.signature, "hex");
    for (const [signature, sentence] of [
      [sent.signature.toUpperCase(), /lower-case/],
      [`sha256=${sent.signature}`, /without a prefix/],
      [bytes.toString("base64"), /Base64/],
    ] as const)
      expect(await findFaults({ ...sent, signature }, NOW)).toEqual([expect.stringMatching(sentence)]);
  });

  it("recognises a wrong clock, and says what cannot be checked", async () => {
    const late = await signedAs();
    expect(await findFaults(late, new Date(NOW.getTime() + 400_000))).toEqual([expect.stringMatching(/by 400 s/)]);
    const foreign = await signedAs({}, "another-key");
    expect(await findFaults(foreign, NOW)).toEqual([expect.stringMatching(/another text or with another key/)]);
    const odd = { ...(await signedAs()), timestamp: `${PARTS.timestamp}000`, target: "https://x.example/api" };
    expect(await findFaults(odd, NOW)).toEqual([
      expect.any(String),
      expect.stringMatching(/milliseconds/),
      expect.stringMatching(/without scheme/),
    ]);
  });
});
