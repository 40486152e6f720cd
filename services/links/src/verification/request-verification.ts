import { AppError, type requestVerification as contract } from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import type { AgentsShown } from "../links/agents.js";
import { findUsableLink } from "../links/repository.js";
import { mailLanguage } from "../mails/mail-language.js";
import { writeMail } from "../mails/write-mail.js";
import { allowsAddress } from "./allowed-address.js";
import { hashCode, newCode, noHash, subjectOf } from "./code.js";
import { storeCode } from "./repository.js";

const CODE_SECONDS = 600;

/**
 * Stores a code as the newest one of its request and mails it. Idempotent by (request, key); without a key each call creates another
 * code, within the limits of the address on all links of the server and the budgets of link and tenant. An address that the link does not
 * allow gets the same answer after the same work, and a code that cannot match; the mail is sent after the answer, so timing reveals
 * nothing either. A link that requires no address gives the same answer and does nothing.
 */
export const requestVerification =
  (deps: LinksDeps, use: { mailer: Mailer; agentShown: AgentsShown }) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { tenantId, linkId, email } = input;
    const link = await deps.db.tenant(tenantId, (trx) => findUsableLink(trx, linkId));
    if (link === null || (link.expires_at !== null && link.expires_at <= link.db_now))
      throw new AppError("link_unavailable");
    // Anybody can see that this link requires no address, so the missing work reveals nothing.
    if (!link.require_email && link.access_mode === "open") return { expiresInSeconds: CODE_SECONDS };
    const { keyedHash } = deps.secrets;
    const at = subjectOf(deps.secrets, input);
    const { name: agent } = await use.agentShown(tenantId, link.agent_id);
    const allowed = allowsAddress(link.allowed_email_domains, email);
    const code = newCode();
    const hashed = await hashCode(deps.secrets, at, code);
    const { idempotencyKey: key } = input;
    const asked = await storeCode(deps.db, at, {
      code: allowed ? hashed : { ...hashed, hash: noHash() },
      mailHash: keyedHash(`mail:${email}`),
      repeatHash: key === undefined ? null : keyedHash(`verification key:${at.requestHash}:${key}`),
      mailed: allowed,
      budgets: { linkPerHour: deps.config.CODES_PER_LINK_HOUR, tenantPerDay: deps.config.CODES_PER_TENANT_DAY },
    });
    if (asked.status === "wait")
      throw new AppError("rate_limited", { retryAfterSeconds: asked.seconds, extra: { scope: asked.scope } });
    if (asked.status === "repeated") return { expiresInSeconds: asked.seconds, replayed: true };
    if (allowed) {
      // Chosen like the page's language: the link's before the reader's.
      const language = mailLanguage([link.branding.locale, ...(input.languages ?? [])]);
      const mail = writeMail("code", language, { agent, code, minutes: CODE_SECONDS / 60 });
      void use.mailer.send({ tenantId, to: email, ...mail });
    }
    return { expiresInSeconds: asked.seconds };
  };
