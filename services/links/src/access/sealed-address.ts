import type { Secrets } from "@parley/secrets";
import { type MailLanguage, mailLanguage } from "../mails/mail-language.js";

/** Somebody who gets a mail later, when their language can no longer be determined. */
export interface Addressee {
  email: string;
  language: MailLanguage;
}

interface Place {
  tenantId: string;
  agentId: string;
}

/** No address contains a line break. Values sealed without a language are still readable. */
const BETWEEN = "\n";

/**
 * An address that is shown to the owner again, sealed for one agent, so that it cannot be moved to another agent's list. The
 * language is that of its mails; addresses that get none are sealed without one.
 */
export const sealAddress = (
  secrets: Pick<Secrets, "seal">,
  at: Place,
  { email, language }: { email: string; language?: MailLanguage },
): string =>
  secrets.seal(language === undefined || language === "en" ? email : `${email}${BETWEEN}${language}`, aad(at));

/** The address alone. */
export const openAddress = (secrets: Pick<Secrets, "open">, at: Place, sealed: string): string =>
  openAddressee(secrets, at, sealed).email;

/** The address and the language of its mails; English where none was sealed with it. */
export function openAddressee(secrets: Pick<Secrets, "open">, at: Place, sealed: string): Addressee {
  const [email = "", language] = secrets.open(sealed, aad(at)).split(BETWEEN);
  return { email, language: mailLanguage([language]) };
}

const aad = (at: Place): string => `agent_access:${at.tenantId}:${at.agentId}`;
