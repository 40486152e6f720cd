import type { GatewayDeps } from "../deps.js";
import { createAltcha } from "./proof-altcha.js";
import type { ProofProvider } from "./proof-contract.js";
import { createTurnstile } from "./proof-turnstile.js";

/** The configured provider. Throws at start when its settings are incomplete. */
export function createProofProvider(deps: Pick<GatewayDeps, "config" | "redis" | "secrets">): ProofProvider {
  switch (deps.config.CHALLENGE_PROVIDER) {
    case "altcha":
      return createAltcha(deps);
    case "turnstile":
      return createTurnstile(deps.config);
  }
}
