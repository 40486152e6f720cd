import { timingSafeEqual } from "node:crypto";
import type { Secrets } from "@parley/secrets";

/** Number of bytes of the tenant's id, the address's hash and the proof. */
const [TENANT, HASH, PROOF] = [16, 32, 16];

const proofOf = (secrets: Pick<Secrets, "keyedHash">, tenantId: string, hash: string): Buffer =>
  Buffer.from(secrets.keyedHash(`unsubscribe:${tenantId}:${hash}`), "hex").subarray(0, PROOF);

/**
 * The end of the unsubscribe address. It identifies the recipient by a pseudonym and needs no row, so it works as long as the mail
 * exists. All it can do is unsubscribe this address from this tenant.
 */
export const unsubscribeToken = (secrets: Pick<Secrets, "keyedHash">, tenantId: string, hash: string): string =>
  Buffer.concat([
    Buffer.from(tenantId.replaceAll("-", ""), "hex"),
    Buffer.from(hash, "hex"),
    proofOf(secrets, tenantId, hash),
  ]).toString("base64url");

/** The recipient of a token; null = it was not issued here. */
export function readUnsubscribeToken(
  secrets: Pick<Secrets, "keyedHash">,
  token: string,
): { tenantId: string; hash: string } | null {
  const bytes = Buffer.from(token, "base64url");
  if (bytes.length !== TENANT + HASH + PROOF) return null;
  const hex = bytes.subarray(0, TENANT).toString("hex");
  const tenantId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  const hash = bytes.subarray(TENANT, TENANT + HASH).toString("hex");
  return timingSafeEqual(bytes.subarray(TENANT + HASH), proofOf(secrets, tenantId, hash)) ? { tenantId, hash } : null;
}
