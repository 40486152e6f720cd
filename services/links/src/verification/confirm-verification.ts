import {
  AppError,
  type confirmVerification as contract,
  type LinkPolicy,
  openVerified,
  withoutLogo,
} from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import { consentHash } from "@parley/secrets";
import type { z } from "zod";
import { admit } from "../access/admit.js";
import type { LinksDeps } from "../deps.js";
import type { AgentsShown } from "../links/agents.js";
import { policyOf } from "../links/link-row.js";
import { findUsableLink } from "../links/repository.js";
import { mailLanguage } from "../mails/mail-language.js";
import { codeMatches, subjectOf } from "./code.js";
import { markUsed, releaseCode, takeTry } from "./repository.js";

type Input = z.output<typeof contract.request>;
type Answer = z.input<typeof contract.response>;

/**
 * Confirms an address and opens its conversation. A try is used before anything is compared, and a correct code is consumed by
 * exactly one caller; it is released when the conversation cannot be opened, so that nobody needs a new code because a link
 * was full or a service was down. Admission is checked after the code was correct, and consumes the code. This
 * confirms that somebody reads the mails of an address; it does not authenticate a person.
 */
export const confirmVerification =
  (deps: LinksDeps, use: { mailer: Mailer; agentShown: AgentsShown }) =>
  async (input: Input): Promise<Answer> => {
    const { tenantId, linkId } = input;
    const policy = await usablePolicy(deps, use.agentShown, { tenantId, linkId });
    // The visitor agreed to an outdated text: checked before a try is used, so that the code still works.
    if (policy.consentText !== null && input.consentHash !== consentHash(policy.consentText))
      throw new AppError("consent_required");
    const at = subjectOf(deps.secrets, input);
    const tried = await takeTry(deps.db, at);
    const stored = tried.status === "open" ? tried.code : null;
    const matches = await codeMatches(deps.secrets, at, { code: input.code, stored });
    if (tried.status === "expired") return { status: "refused", error: "code_expired" };
    if (stored === null || !matches || !(await markUsed(deps.db, at, stored.codeId)))
      return { status: "refused", error: "invalid_code" };
    try {
      return await enter(deps, use.mailer, { input, policy, addressHash: at.addressHash });
    } catch (error) {
      if (error instanceof AppError && error.code === "access_pending") throw error;
      // When this fails too, the visitor needs another code; the first error is the one to report.
      await releaseCode(deps.db, at, stored.codeId).catch((cause: unknown) =>
        deps.logger.warn({ err: cause, linkId }, "verification.release_failed"),
      );
      throw error;
    }
  };

/** Opens the conversation of a confirmed address. Throws `access_pending` when it waits for an approval. */
async function enter(
  deps: LinksDeps,
  mailer: Mailer,
  { input, policy, addressHash }: { input: Input; policy: LinkPolicy; addressHash: string },
): Promise<Answer> {
  const { tenantId, linkId, email, replyTo } = input;
  const { agentId, agentName } = policy;
  if (policy.access === "approval") {
    const language = mailLanguage([policy.branding.locale, ...(input.languages ?? [])]);
    const candidate = { tenantId, agentId, agentName, linkId, email, addressHash, language };
    const admitted = await admit(deps, mailer, candidate);
    if (!admitted) throw new AppError("access_pending");
  }
  const consent = policy.consentText !== null;
  const opened = await deps.bus.call(openVerified, {
    email,
    participantHash: addressHash,
    link: withoutLogo(policy),
    consent,
    replyTo,
  });
  return { status: "verified", sessionToken: opened.sessionToken, expiresAt: opened.tokenExpiresAt };
}

async function usablePolicy(
  deps: LinksDeps,
  agentShown: AgentsShown,
  at: { tenantId: string; linkId: string },
): Promise<LinkPolicy> {
  const link = await deps.db.tenant(at.tenantId, (trx) => findUsableLink(trx, at.linkId));
  if (link === null || (link.expires_at !== null && link.expires_at <= link.db_now))
    throw new AppError("link_unavailable");
  return policyOf(link, await agentShown(link.tenant_id, link.agent_id));
}
