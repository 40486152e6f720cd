import * as contracts from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import { createOutbound } from "@parley/outbound";
import type { LinksDeps } from "../deps.js";
import type { AgentsShown } from "../links/agents.js";
import { openIdentified } from "./open-identified.js";
import { createPublishedKeys } from "./published-keys.js";
import { getIdentity, removeIdentity, rotateSecret, setIdentity } from "./settings.js";

/** Serves identities from embedding sites. `stop` closes the connections to sites that publish their keys. */
export function bindIdentity(
  deps: LinksDeps,
  { mailer, agentShown }: { mailer: Mailer; agentShown: AgentsShown },
): { stop(): Promise<void> } {
  const { bus, config, logger, metrics } = deps;
  const bound = { maxInFlight: config.LINKS_MAX_IN_FLIGHT };
  const { OUTBOUND_ALLOWED_CIDRS: allowedCidrs, ALLOW_TEST_HOOKS: allowTestHooks } = config;
  const outbound = createOutbound({ allowedCidrs, allowTestHooks, logger, metrics });
  const published = createPublishedKeys(outbound);
  bus.serve(contracts.getHostIdentity, getIdentity(deps), bound);
  bus.serve(contracts.setHostIdentity, setIdentity(deps), bound);
  bus.serve(contracts.rotateIdentitySecret, rotateSecret(deps), bound);
  bus.serve(contracts.deleteHostIdentity, removeIdentity(deps), bound);
  bus.serve(contracts.openIdentified, openIdentified(deps, { mailer, agentShown, published }), bound);
  return { stop: () => outbound.close() };
}
