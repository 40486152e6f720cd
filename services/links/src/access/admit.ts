import { accessRequested, newId } from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { Mailer } from "@parley/mail";
import type { LinksDeps } from "../deps.js";
import type { MailLanguage } from "../mails/mail-language.js";
import { writeMail } from "../mails/write-mail.js";
import { askForAccess, findPolicy } from "./repository.js";
import { openAddressee, sealAddress } from "./sealed-address.js";

export interface Candidate {
  tenantId: string;
  agentId: string;
  agentName: string;
  linkId: string;
  /** Normalised and confirmed: unconfirmed callers must not learn the result. */
  email: string;
  addressHash: string;
  /** Language of the mail that may report an approval. */
  language: MailLanguage;
}

/**
 * Whether an agent that requires approvals admits a confirmed address. On the first refusal a request is stored and the
 * owner notified; pending and denied ones get the same answer. Idempotent by (agent, address).
 */
export async function admit(deps: LinksDeps, mailer: Mailer, who: Candidate): Promise<boolean> {
  const { tenantId, agentId, linkId, addressHash } = who;
  const at = { tenantId, agentId };
  const outcome = await changeWithFacts(deps, tenantId, async (trx) => {
    const id = newId();
    const addressSealed = sealAddress(deps.secrets, at, who);
    const asked = await askForAccess(trx, { ...at, linkId, id, addressHash, addressSealed });
    const notify = asked.announce ? (await findPolicy(trx, agentId)).notify_email_sealed : null;
    const fact = { contract: accessRequested, key: agentId, payload: { ...at, requestId: id } };
    return { answer: { admitted: asked.admitted, notify }, facts: asked.created ? [fact] : [] };
  });
  if (outcome.notify !== null) {
    const { email: to, language } = openAddressee(deps.secrets, at, outcome.notify);
    void mailer.send({ tenantId, to, ...writeMail("requested", language, { agent: who.agentName }) });
  }
  return outcome.admitted;
}
