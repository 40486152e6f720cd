import { confirmVerification, devMail, requestVerification } from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import { bindAccess } from "../access/bind.js";
import type { LinksDeps } from "../deps.js";
import { bindIdentity } from "../identity/bind.js";
import type { AgentsShown } from "../links/agents.js";
import { confirmVerification as confirm } from "./confirm-verification.js";
import { devMail as readDevMail } from "./dev-mail.js";
import { requestVerification as request } from "./request-verification.js";

/** Each of these hashes a code: more at once would only wait for each other and for memory. */
const MAX_HASHING = 64;

/** Serves the confirmation of addresses and of identities, and admission. */
export function bindVerification(
  deps: LinksDeps,
  use: { mailer: Mailer; agentShown: AgentsShown },
): { stop(): Promise<void> } {
  const { bus } = deps;
  const { mailer, agentShown } = use;
  bus.serve(requestVerification, request(deps, use), { maxInFlight: MAX_HASHING });
  bus.serve(confirmVerification, confirm(deps, use), { maxInFlight: MAX_HASHING });
  bus.serve(devMail, readDevMail(deps, mailer));
  bindAccess(deps, mailer);
  const identity = bindIdentity(deps, { mailer, agentShown });
  return { stop: () => identity.stop() };
}
