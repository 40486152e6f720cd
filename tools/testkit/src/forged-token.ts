import { crc32 } from "node:zlib";

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHAPE = /^([a-z]+_)([0-9A-Za-z]{12})_[0-9A-Za-z]{32}[0-9A-Za-z]{6}$/;

/**
 * A token (`pl_`, `ps_`, `ak_`) of the right shape with a valid checksum, made of any two halves: only a comparison of the secret with the
 * stored one distinguishes it from an issued token.
 */
export function tokenOf(prefix: string, id: string, secret: string): string {
  const body = `${prefix}${id}_${secret}`;
  let checksum = "";
  for (let rest = crc32(body); checksum.length < 6; rest = Math.floor(rest / 62))
    checksum = DIGITS.charAt(rest % 62) + checksum;
  return body + checksum;
}

/**
 * The same kind and id with another secret and a valid checksum.
 *
 * @throws when `token` has not the shape of a token.
 */
export function withOtherSecret(token: string): string {
  const [, prefix, id] = SHAPE.exec(token) ?? [];
  if (prefix === undefined || id === undefined) throw new Error("not a token");
  return tokenOf(prefix, id, "Forged00".repeat(4));
}
