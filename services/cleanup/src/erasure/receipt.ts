import { timingSafeEqual } from "node:crypto";
import type { ErasureReceipt } from "@parley/contracts";
import type { Secrets } from "@parley/secrets";

/** A receipt before it is signed. */
export type ReceiptBody = Omit<ErasureReceipt, "signature">;

/** JSON with sorted keys and without whitespace: one text per meaning. */
const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

const signatureOf = ({ keyedHash }: Pick<Secrets, "keyedHash">, body: ReceiptBody): string =>
  `hmac-sha256:${keyedHash(`erasure receipt:${canonicalJson(body)}`)}`;

/** Signs with a key derived from the installation's master key: only its holder can create and verify receipts. */
export const signReceipt = (secrets: Pick<Secrets, "keyedHash">, body: ReceiptBody): ErasureReceipt => ({
  ...body,
  signature: signatureOf(secrets, body),
});

/** Whether the receipt is exactly as it was signed; takes constant time. */
export function isGenuine(secrets: Pick<Secrets, "keyedHash">, { signature, ...body }: ErasureReceipt): boolean {
  const [own, given] = [Buffer.from(signatureOf(secrets, body)), Buffer.from(signature)];
  return own.length === given.length && timingSafeEqual(own, given);
}
