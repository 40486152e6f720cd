import { crc32 } from "node:zlib";
import { TOKEN_PREFIXES, type TokenKind } from "@parley/contracts";
import { randomBase62, toBase62 } from "./base62.js";

const ID_DIGITS = 12;
const SECRET_DIGITS = 32;
const CRC_DIGITS = 6;
const BODY = new RegExp(`^([0-9A-Za-z]{${ID_DIGITS}})_([0-9A-Za-z]{${SECRET_DIGITS}})([0-9A-Za-z]{${CRC_DIGITS}})$`);

export interface ParsedToken {
  /** Public half: the look-up key. */
  id: string;
  /** Private half (about 190 bits); only its hash is ever stored. */
  secret: string;
}

/**
 * Splits a token into id and secret after checking prefix, shape and checksum; null when any of them is wrong.
 * No look-up and no secrecy: the checksum only spares the database from typing errors and scanners.
 */
export function parseToken(kind: TokenKind, token: string): ParsedToken | null {
  const prefix = TOKEN_PREFIXES[kind];
  if (!token.startsWith(prefix)) return null;
  const [, id, secret, crc] = BODY.exec(token.slice(prefix.length)) ?? [];
  if (id === undefined || secret === undefined || crc === undefined) return null;
  return checksum(token.slice(0, -CRC_DIGITS)) === crc ? { id, secret } : null;
}

/** A fresh random token with its halves. */
export function mintToken(kind: TokenKind): ParsedToken & { token: string } {
  const id = randomBase62(ID_DIGITS);
  const secret = randomBase62(SECRET_DIGITS);
  const body = `${TOKEN_PREFIXES[kind]}${id}_${secret}`;
  return { id, secret, token: body + checksum(body) };
}

function checksum(text: string): string {
  return toBase62(crc32(text), CRC_DIGITS);
}
