import { createChallenge, extractParams, verifySolution } from "altcha-lib/v1";
import { z } from "zod";
import type { GatewayDeps } from "../deps.js";
import { ExpiringMap } from "../expiring-map.js";
import type { ProofProvider } from "./proof-provider.js";

const LIFE_SECONDS = 300;
/** A spent challenge is remembered a little longer than it could be used. */
const SPENT_SECONDS = LIFE_SECONDS + 60;
const MAX_SPENT = 100_000;

const solution = z.object({
  algorithm: z.literal("SHA-256"),
  challenge: z.string().regex(/^[0-9a-f]{64}$/),
  number: z.int().min(0).max(100_000_000),
  salt: z.string().max(512),
  signature: z.string().regex(/^[0-9a-f]{64}$/),
});

/** ALTCHA: the visitor's browser searches a number whose hash is the challenge. Nothing is asked of anybody else. */
export function createAltcha({
  config,
  redis,
  secrets,
}: Pick<GatewayDeps, "config" | "redis" | "secrets">): ProofProvider {
  const hmacKey = secrets.keyedHash("proof-of-work");
  const spent = new ExpiringMap<string, string>({ ttlMs: SPENT_SECONDS * 1_000, maxEntries: MAX_SPENT });
  return {
    scriptOrigin: null,
    async challenge({ linkId, client }) {
      const expires = new Date(Date.now() + LIFE_SECONDS * 1_000);
      const made = await createChallenge({
        hmacKey,
        expires,
        maxnumber: config.PROOF_DIFFICULTY,
        params: { link: linkId, client },
      });
      return { provider: "altcha", ...made, expires_at: expires.toISOString() };
    },
    async verify(proof, { linkId, client, idempotencyKey }) {
      const given = parseProof(proof);
      if (given === null || !(await verifySolution(given, hmacKey))) return false;
      const params = extractParams(given);
      // Without an end a solution would be good for ever; ours always have one.
      if (params.link !== linkId || params.client !== client || params.expires === undefined) return false;
      const user = idempotencyKey ?? "";
      const known = spent.get(given.signature);
      if (known !== undefined) return user !== "" && known === user;
      spent.set(given.signature, user);
      // Redis is losable: without it this replica alone remembers.
      return redis.nonces.claim(`proof:${given.signature}`, SPENT_SECONDS).catch(() => true);
    },
  };
}

function parseProof(proof: string): z.output<typeof solution> | null {
  try {
    const parsed = solution.safeParse(JSON.parse(Buffer.from(proof, "base64").toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
