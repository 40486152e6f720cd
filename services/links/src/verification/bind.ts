import { confirmVerification, devMail, requestVerification } from "@parley/contracts";
import { createMailer } from "@parley/mail";
import { bindAccess } from "../access/bind.js";
import type { LinksDeps } from "../deps.js";
import { bindIdentity } from "../identity/bind.js";
import type { AgentsShown } from "../links/agents.js";
import { confirmVerification as confirm } from "./confirm-verification.js";
import { devMail as readDevMail } from "./dev-mail.js";
import { keepMail } from "./repository.js";
import { requestVerification as request } from "./request-verification.js";

/** Each of these hashes a code: more at once would only wait for each other and for memory. */
const MAX_HASHING = 64;

/** Serves the confirmation of addresses and of identities, and who may come in. `stop` waits for mails in hand. */
export function bindVerification(deps: LinksDeps, agentShown: AgentsShown): { stop(): Promise<void> } {
  const { bus, db, config, logger } = deps;
  const mailer = createMailer({
    url: config.SMTP_URL,
    from: config.MAIL_FROM,
    logger,
    mailbox: (mail) => keepMail(db, mail),
  });
  bus.serve(requestVerification, request(deps, { mailer, agentShown }), { maxInFlight: MAX_HASHING });
  bus.serve(confirmVerification, confirm(deps, { mailer, agentShown }), { maxInFlight: MAX_HASHING });
  bus.serve(devMail, readDevMail(deps, mailer));
  bindAccess(deps, mailer);
  const identity = bindIdentity(deps, { mailer, agentShown });
  return {
    async stop() {
      await Promise.all([mailer.close(), identity.stop()]);
    },
  };
}
