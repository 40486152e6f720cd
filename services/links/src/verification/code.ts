import { randomBytes, randomInt, scrypt, timingSafeEqual } from "node:crypto";
import { newId } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";
import type { HashedCode, Subject } from "./repository.js";

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** 16 MiB and some 30 ms per hash: in addition to five tries and ten minutes it slows down somebody with a copy of the database. */
const COST = { N: 16_384, r: 8, p: 1 };

/** Six digits, leading zeros included. */
export const newCode = (): string => String(randomInt(0, 1_000_000)).padStart(6, "0");

/** The pseudonym of an address within a tenant. */
export const addressHash = (secrets: Pick<Secrets, "keyedHash">, tenantId: string, email: string): string =>
  secrets.keyedHash(`participant:${tenantId}:${email}`);

/** The subject of a code, as hashes: an address on a link, and the secret request id of the browser that requested it. */
export function subjectOf(
  secrets: Pick<Secrets, "keyedHash">,
  {
    tenantId,
    linkId,
    email,
    requestId,
  }: { tenantId: string; linkId: string; email: string; requestId?: string | undefined },
): Subject {
  const requestHash = secrets.keyedHash(`verification request:${linkId}:${email}:${requestId ?? ""}`);
  return { tenantId, linkId, addressHash: addressHash(secrets, tenantId, email), requestHash };
}

/** A code in stored form. It is bound to its row and to the master key, so a hash that is moved or stolen by itself is useless. */
export async function hashCode(secrets: Pick<Secrets, "keyedHash">, at: Subject, code: string): Promise<HashedCode> {
  const [codeId, salt] = [newId(), randomBytes(SALT_BYTES)];
  return { codeId, salt, hash: await derive(bound(secrets, at, codeId, code), salt) };
}

/** Whether a code matches the stored one; takes as long when nothing is stored. */
export async function codeMatches(
  secrets: Pick<Secrets, "keyedHash">,
  at: Subject,
  given: { code: string; stored: HashedCode | null },
): Promise<boolean> {
  const { code, stored } = given;
  const hash = await derive(bound(secrets, at, stored?.codeId ?? "", code), stored?.salt ?? NO_SALT);
  const wanted = stored?.hash.length === HASH_BYTES ? stored.hash : NO_HASH;
  return timingSafeEqual(hash, wanted) && stored !== null;
}

const NO_SALT = Buffer.alloc(SALT_BYTES);
const NO_HASH = Buffer.alloc(HASH_BYTES);

/** A hash that no code matches. */
export const noHash = (): Buffer => randomBytes(HASH_BYTES);

const bound = (secrets: Pick<Secrets, "keyedHash">, at: Subject, codeId: string, code: string): string =>
  secrets.keyedHash(`verification:${at.linkId}:${at.addressHash}:${codeId}:${code}`);

const derive = (text: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(text, salt, HASH_BYTES, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
