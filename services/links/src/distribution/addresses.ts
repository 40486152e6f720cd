import {
  AppError,
  type FieldError,
  newId,
  recipientAddress,
  type SendChannel,
  type SendRecipient,
} from "@parley/contracts";
import type { TargetRefusal } from "@parley/outbound";
import type { Secrets } from "@parley/secrets";
import { z } from "zod";
import { type MailLanguage, mailLanguage } from "../mails/mail-language.js";
import { addressHash } from "../verification/code.js";

/** A recipient in stored form: found by hash, readable only with the master key. */
export interface Addressee {
  id: string;
  hash: string;
  hint: string;
  address: string;
  name: string | null;
  language: MailLanguage;
}

/** Why the outgoing client would refuse an address; null = it would not. */
export type CheckTarget = (url: string) => TargetRefusal | null;

const isOfPeople = (channel: SendChannel): boolean => channel === "email" || channel === "sms";

/** The pseudonym of a recipient within a tenant: for an e-mail address the one used by entry checks and erasures. */
export const recipientHash = (
  secrets: Pick<Secrets, "keyedHash">,
  of: { tenantId: string; channel: SendChannel; address: string },
): string =>
  of.channel === "email"
    ? addressHash(secrets, of.tenantId, of.address)
    : secrets.keyedHash(`recipient:${of.tenantId}:${of.channel}:${of.address}`);

/** Enough of an address to recognise it. The path of a chat webhook is its credential. */
export function addressHint(channel: SendChannel, address: string): string {
  if (channel === "sms") return `${address.slice(0, 4)}…${address.slice(-2)}`;
  if (!isOfPeople(channel)) return new URL(address).host;
  const at = address.lastIndexOf("@");
  return `${address.slice(0, 1)}…${address.slice(at)}`;
}

export const recipientAad = (tenantId: string, id: string): string => `recipient:${tenantId}:${id}`;

const sealedPerson = z.object({ address: z.string(), name: z.string().nullable() });
export type Person = z.output<typeof sealedPerson>;

export const sealPerson = (secrets: Pick<Secrets, "seal">, { address, name }: Person, aad: string): string =>
  secrets.seal(JSON.stringify({ address, name }), aad);

export const openPerson = (secrets: Pick<Secrets, "open">, sealed: string, aad: string): Person =>
  sealedPerson.parse(JSON.parse(secrets.open(sealed, aad)));

/**
 * Normalised recipients, each once: of repeated ones the first is kept. Throws `validation_failed` with every one that
 * nothing can be sent to.
 */
export function addresseesOf(
  deps: { secrets: Pick<Secrets, "keyedHash">; checkTarget: CheckTarget },
  of: {
    tenantId: string;
    channel: SendChannel;
    recipients: readonly (string | SendRecipient)[];
    languages: readonly unknown[];
  },
): Addressee[] {
  const { tenantId, channel } = of;
  const errors: FieldError[] = [];
  const found = new Map<string, Addressee>();
  for (const [at, given] of of.recipients.entries()) {
    const { address: text, name, language } = typeof given === "string" ? { address: given } : (given as SendRecipient);
    const address = recipientAddress(channel, text);
    const refusal = address !== null && !isOfPeople(channel) ? deps.checkTarget(address) : null;
    if (address === null || refusal !== null) {
      errors.push({ pointer: `/recipients/${at}`, rule: "address", message: SENTENCES[channel] });
      continue;
    }
    const hash = recipientHash(deps.secrets, { tenantId, channel, address });
    if (found.has(hash)) continue;
    const spoken = mailLanguage([language, ...of.languages]);
    const hint = addressHint(channel, address);
    found.set(hash, { id: newId(), hash, hint, address, name: name ?? null, language: spoken });
  }
  if (errors.length > 0) throw new AppError("validation_failed", { errors: errors.slice(0, 100) });
  return [...found.values()];
}

const WEB = "must be an address of the web, not one of a private network";
const SENTENCES: Record<SendChannel, string> = {
  email: "must be an e-mail address",
  sms: "must be a number with its country, like +4915112345678",
  slack: WEB,
  teams: WEB,
  webhook: WEB,
};
