import { AppError } from "@parley/contracts";
import { z } from "zod";
import type { GatewayConfig } from "../config.js";
import type { ProofProvider } from "./proof-contract.js";

const DEADLINE_MS = 3_000;
const verdict = z.object({ success: z.boolean() });

/**
 * Cloudflare Turnstile: its script runs in the visitor's page, its server checks whether the token is valid; tokens are single
 * use there. The visitor's address is not passed on. Throws at start without both keys.
 */
export function createTurnstile(config: GatewayConfig): ProofProvider {
  const { TURNSTILE_SITE_KEY: siteKey, TURNSTILE_SECRET: secret, TURNSTILE_VERIFY_URL: url } = config;
  if (siteKey === undefined || secret === undefined)
    throw new Error("CHALLENGE_PROVIDER=turnstile needs TURNSTILE_SITE_KEY and TURNSTILE_SECRET");
  return {
    scriptOrigin: "https://challenges.cloudflare.com",
    // The page passes the binding to the widget as `cdata`, and the server's answer returns it.
    challenge: async ({ client }) => ({ provider: "turnstile", site_key: siteKey, cdata: client }),
    async verify(proof, { client }) {
      try {
        const answer = await fetch(url, {
          method: "POST",
          body: new URLSearchParams({ secret, response: proof }),
          redirect: "error",
          signal: AbortSignal.timeout(DEADLINE_MS),
        });
        const told = verdict.extend({ cdata: z.string().optional() }).parse(await answer.json());
        return told.success && told.cdata === client;
      } catch (cause) {
        throw new AppError("not_ready", {
          cause,
          internal: "the challenge server did not answer",
          retryAfterSeconds: 5,
        });
      }
    },
  };
}
