import { AppError, type requestVerification as contract, normaliseDomain } from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import type { z } from "zod";
import type { AgentsShown } from "../agents.js";
import type { LinksDeps } from "../deps.js";
import { mailLanguage } from "../mails/mail-language.js";
import { writeMail } from "../mails/write-mail.js";
import { findUsableLink } from "../repository/links.js";
import { addressHash, hashCode, newCode, noHash } from "./code.js";
import { storeCode } from "./repository.js";

export const CODE_SECONDS = 600;

/**
 * Makes a code the newest one of (link, address) and mails it. Not idempotent by design: each call is another code, and the
 * database allows three in ten minutes. An address that the link does not allow gets the same answer after the same work, and
 * a code that cannot match; the mail goes out behind the answer, so its time tells nothing either.
 */
export const requestVerification =
  (deps: LinksDeps, use: { mailer: Mailer; agentShown: AgentsShown }) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { tenantId, linkId, email } = input;
    const link = await deps.db.tenant(tenantId, (trx) => findUsableLink(trx, linkId));
    if (link === null || (link.expires_at !== null && link.expires_at <= link.db_now))
      throw new AppError("link_unavailable");
    const at = { tenantId, linkId, addressHash: addressHash(deps.secrets, tenantId, email) };
    const { name: agent } = await use.agentShown(tenantId, link.agent_id);
    const allowed = isAllowed(email, link.allowed_email_domains);
    const code = newCode();
    const hashed = await hashCode(deps.secrets, at, code);
    const wait = await storeCode(deps.db, at, allowed ? hashed : { ...hashed, hash: noHash() });
    if (wait > 0) throw new AppError("rate_limited", { retryAfterSeconds: wait, extra: { scope: "email" } });
    if (allowed) {
      // As the page chooses its own: the link's language before the reader's.
      const language = mailLanguage([link.branding.locale, ...(input.languages ?? [])]);
      const mail = writeMail("code", language, { agent, code, minutes: CODE_SECONDS / 60 });
      void use.mailer.send({ tenantId, to: email, ...mail });
    }
    return { expiresInSeconds: CODE_SECONDS };
  };

/** A domain stands for itself alone, not for those below it. */
function isAllowed(email: string, domains: string[]): boolean {
  const own = email.slice(email.lastIndexOf("@") + 1);
  return domains.length === 0 || domains.some((domain) => normaliseDomain(domain) === own);
}
