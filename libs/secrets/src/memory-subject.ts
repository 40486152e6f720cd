import type { Secrets } from "./secrets.js";

/** One person of one tenant, of whom agents remember something: addresses are looked up by a keyed hash, never in clear. */
export interface Subject {
  hash: string;
  email: string;
}

/** Addresses differ in case and spelling of the same letters only by accident. */
export function subjectOf(secrets: Pick<Secrets, "keyedHash">, tenantId: string, address: string): Subject {
  const email = address.normalize("NFC").trim().toLowerCase();
  // The tenant is part of the hash, so that two tenants' tables cannot be matched with each other.
  return { email, hash: secrets.keyedHash(`memory:${tenantId}:${email}`) };
}

/** Binds a sealed address to the row of its memory. */
export const memoryAddressAad = (tenantId: string, at: { agentId: string; subjectHash: string }): string =>
  `memories:${tenantId}:${at.agentId}:${at.subjectHash}`;
