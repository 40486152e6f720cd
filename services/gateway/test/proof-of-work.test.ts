import { createServer } from "node:http";
import { requestVerification } from "@parley/contracts";
import { solveChallenge } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/pbkdf2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type Call, callAt, codeOf, type DefendedWorld, startDefended } from "./defended-world.js";
import { bodyOf, startWorld, type World } from "./gateway-under-test.js";

let world: DefendedWorld;
beforeAll(async () => {
  world = await startDefended();
});
afterAll(() => world.stop());

const call = (path: string, options: Call = {}, at: World = world): Promise<Response> => callAt(at, path, options);

const challengeShape = z.object({
  parameters: z.looseObject({
    algorithm: z.string(),
    nonce: z.string(),
    salt: z.string(),
    cost: z.number(),
    keyLength: z.number(),
    keyPrefix: z.string(),
  }),
  signature: z.string(),
});

/** What a browser does; `change` tampers with the challenge before it is solved. */
async function solve(
  token: string,
  from = "192.0.2.1",
  change: (challenge: z.output<typeof challengeShape>) => z.output<typeof challengeShape> = (same) => same,
): Promise<string> {
  const answer = await call(`/api/public/challenge/${token}`, { from });
  const challenge = change(challengeShape.parse(await answer.json()));
  const solution = await solveChallenge({ challenge, deriveKey });
  return Buffer.from(JSON.stringify({ challenge, solution })).toString("base64");
}

describe("proof of work", () => {
  it("opens one session per solution, only on its link and from its address", async () => {
    const { token, policy } = world.owners.link({ proofOfWork: "always", maxSessions: 100 });
    const elsewhere = world.owners.link({ proofOfWork: "always", maxSessions: 100 });
    const open = (proof?: string, from = "192.0.2.1", at = token) =>
      call(`/api/public/sessions/${at}`, { from, body: proof === undefined ? {} : { proof } });
    expect(await bodyOf(await call(`/api/public/link/${token}`))).toMatchObject({ proof_required: true });
    expect(await codeOf(await open())).toEqual([403, "proof_required"]);
    const proof = await solve(token);
    expect(await codeOf(await open(proof, "192.0.2.1", elsewhere.token))).toEqual([403, "proof_required"]);
    expect(await codeOf(await open(proof, "192.0.2.2"))).toEqual([403, "proof_required"]);
    expect((await open(proof)).status).toBe(201);
    expect(await codeOf(await open(proof))).toEqual([403, "proof_required"]);
    await world.told(policy.id, "proof_failed");
    const cheap = await solve(token, undefined, ({ parameters, signature }) => ({
      parameters: { ...parameters, keyPrefix: "0" },
      signature,
    }));
    const late = await solve(token, undefined, ({ parameters, signature }) => ({
      parameters: { ...parameters, expiresAt: 9_999_999_999 },
      signature,
    }));
    for (const wrong of [cheap, late, "!", "", Buffer.from("{}").toString("base64")])
      expect([wrong.slice(0, 5), ...(await codeOf(await open(wrong)))]).toEqual([
        wrong.slice(0, 5),
        403,
        "proof_required",
      ]);
    const first = await call(`/api/public/chat/${token}`, { body: { message: "hi" } });
    expect(await codeOf(first)).toEqual([403, "proof_required"]);
    const answered = await call(`/api/public/chat/${token}`, { body: { message: "hi", proof: await solve(token) } });
    expect(answered.status).toBe(200);
    // Who is in is not asked again.
    const { session_token } = await bodyOf(answered);
    const next = await call(`/api/public/chat/${token}`, { body: { message: "again", session_token } });
    expect(next.status).toBe(200);
    const mail = { token, email: "a@example.com" };
    expect(await codeOf(await call("/api/public/verify/request", { body: mail }))).toEqual([403, "proof_required"]);
  });

  it("answers a repeat of the same request even though its proof is spent", async () => {
    const { token } = world.owners.link({ proofOfWork: "always" });
    const body = { proof: await solve(token) };
    const headers = { "idempotency-key": "a-key-nobody-guesses-0001" };
    const first = await bodyOf(await call(`/api/public/sessions/${token}`, { body, headers }));
    const second = await call(`/api/public/sessions/${token}`, { body, headers });
    expect([second.status, (await bodyOf(second)).session_id]).toEqual([201, first.session_id]);
    const other = await call(`/api/public/sessions/${token}`, {
      body,
      headers: { "idempotency-key": "another-key-nobody-guesses" },
    });
    expect(await codeOf(other)).toEqual([403, "proof_required"]);
  });

  it("accepts a proof for one mail: a repeat with its key and address passes, another address never does", async () => {
    const { token } = world.owners.link({ proofOfWork: "always", requireEmail: true });
    const asked: string[] = [];
    world.bus.serve(requestVerification, async ({ email, idempotencyKey }) => {
      asked.push(`${idempotencyKey} ${email}`);
      return { expiresInSeconds: 600 };
    });
    const proof = await solve(token);
    const headers = { "idempotency-key": "a-key-nobody-guesses-0002" };
    const ask = (email: string) => call("/api/public/verify/request", { body: { token, email, proof }, headers });
    const [first, repeat] = [await bodyOf(await ask("a@example.com")), await bodyOf(await ask("a@example.com"))];
    expect(repeat).toEqual(first);
    for (let n = 0; n < 25; n += 1)
      expect(await codeOf(await ask(`a${n}@example.com`))).toEqual([403, "proof_required"]);
    // The links service answers both, as one request: they have one key and one id.
    expect(asked).toEqual(Array(2).fill("a-key-nobody-guesses-0002 a@example.com"));
  });

  it("asks Turnstile when configured, respects a refusal, and answers not_ready without a verdict", async () => {
    const asked: URLSearchParams[] = [];
    let verdict: unknown = { success: false };
    const stub = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      asked.push(new URLSearchParams(text));
      response.setHeader("content-type", "application/json").end(JSON.stringify(verdict));
    });
    await new Promise<void>((resolve) => void stub.listen(0, "127.0.0.1", resolve));
    const address = stub.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const own = await startWorld({
      CHALLENGE_PROVIDER: "turnstile",
      TURNSTILE_SITE_KEY: "site-key",
      TURNSTILE_SECRET: "the-secret",
      TURNSTILE_VERIFY_URL: `http://127.0.0.1:${port}/verify`,
    });
    try {
      const { token } = own.owners.link({ proofOfWork: "always", maxSessions: 100 });
      const shown = await (await call(`/api/public/challenge/${token}`, {}, own)).json();
      const { cdata } = z
        .object({ provider: z.literal("turnstile"), site_key: z.literal("site-key"), cdata: z.string() })
        .parse(shown);
      const open = () => call(`/api/public/sessions/${token}`, { body: { proof: "from-the-widget" } }, own);
      expect(await codeOf(await open())).toEqual([403, "proof_required"]);
      verdict = { success: true, cdata: "of another link" };
      expect(await codeOf(await open())).toEqual([403, "proof_required"]);
      verdict = { success: true, cdata };
      expect((await open()).status).toBe(201);
      expect(Object.fromEntries(asked[0] ?? [])).toEqual({ secret: "the-secret", response: "from-the-widget" });
      verdict = "no verdict";
      expect(await codeOf(await open())).toEqual([503, "not_ready"]);
    } finally {
      await own.stop();
      await new Promise((resolve) => stub.close(resolve));
    }
  });
});
