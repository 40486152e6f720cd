import { createChallenge, verifySolution } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/pbkdf2";
import { z } from "zod";
import type { GatewayDeps } from "../deps.js";
import { ExpiringMap } from "../expiring-map.js";
import type { ProofProvider } from "./proof-contract.js";

const LIFE_SECONDS = 300;
/** A spent challenge is remembered a little longer than it is valid. */
const SPENT_SECONDS = LIFE_SECONDS + 60;
const MAX_SPENT = 100_000;
/** One in 256 keys starts with this; the cost of deriving each is the difficulty. Checking takes one derivation. */
const KEY_PREFIX = "00";
const TRIES_ON_AVERAGE = 256;

const hex = z.string().regex(/^[0-9a-f]{1,128}$/);
const solved = z.object({
  challenge: z.object({
    parameters: z.looseObject({
      algorithm: z.literal("PBKDF2/SHA-256"),
      nonce: hex,
      salt: hex,
      cost: z.int().min(1),
      keyLength: z.int().min(1).max(64),
      keyPrefix: hex,
      expiresAt: z.number(),
      data: z.object({ link: z.string(), client: z.string() }),
    }),
    signature: hex,
  }),
  solution: z.object({ counter: z.int().min(0), derivedKey: hex }),
});

/** ALTCHA: the visitor's browser searches for a key with the required prefix. No third party is involved. */
export function createAltcha(deps: Pick<GatewayDeps, "config" | "redis" | "secrets">): ProofProvider {
  const { config, redis, secrets } = deps;
  const hmacSignatureSecret = secrets.keyedHash("proof-of-work");
  const spent = new ExpiringMap<string, string>({ ttlMs: SPENT_SECONDS * 1_000, maxEntries: MAX_SPENT });
  return {
    scriptOrigin: null,
    async challenge({ linkId, client }) {
      const { parameters, signature } = await createChallenge({
        algorithm: "PBKDF2/SHA-256",
        cost: Math.max(1, Math.round(config.PROOF_DIFFICULTY / TRIES_ON_AVERAGE)),
        keyPrefix: KEY_PREFIX,
        deriveKey,
        expiresAt: new Date(Date.now() + LIFE_SECONDS * 1_000),
        hmacSignatureSecret,
        data: { link: linkId, client },
      });
      return { provider: "altcha", parameters, signature };
    },
    async verify(proof, { linkId, client, repeat }) {
      const given = parseProof(proof);
      if (given === null) return false;
      const { challenge, solution } = given;
      const { data } = challenge.parameters;
      if (data.link !== linkId || data.client !== client) return false;
      // The signature is checked before any key is derived, so a forged cost cannot make the server work.
      if (!(await verifySolution({ challenge, solution, deriveKey, hmacSignatureSecret })).verified) return false;
      const user = repeat ?? "";
      const known = spent.get(challenge.signature);
      if (known !== undefined) return user !== "" && known === user;
      spent.set(challenge.signature, user);
      // Redis is losable: without it only this replica remembers.
      return redis.nonces.claim(`proof:${challenge.signature}`, SPENT_SECONDS).catch(() => true);
    },
  };
}

function parseProof(proof: string): z.output<typeof solved> | null {
  try {
    const parsed = solved.safeParse(JSON.parse(Buffer.from(proof, "base64").toString("utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
