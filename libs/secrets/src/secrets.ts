import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { AppError, TOKEN_PREFIXES, type TokenKind } from "@parley/contracts";
import { mintToken } from "./token.js";

const MIN_MASTER_KEY_LENGTH = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = "v1";

export interface IssuedToken {
  /** Shown once, never stored. */
  token: string;
  /** Look-up key, stored in clear. */
  id: string;
  /** 32 bytes to store beside the id. */
  hash: Buffer;
  /** Prefix and last four characters, for lists. */
  hint: string;
}

export interface Secrets {
  /** Mints a token of a kind. */
  issue(kind: TokenKind): IssuedToken;
  /** SHA-256(pepper ‖ secret), 32 bytes: useless without both the database and the master key. */
  hash(secret: string): Buffer;
  /** Compares in constant time. A stored hash of another length never verifies. */
  verify(secret: string, hash: Buffer): boolean;
  /** AES-256-GCM with a random nonce; `aad` names the row (tenant + id), so that a sealed value cannot be moved to another one. */
  seal(plain: string, aad: string): string;
  /** Undoes `seal`. Throws AppError("internal") when the value was altered, moved, or sealed under another master key. */
  open(sealed: string, aad: string): string;
  /** HMAC-SHA-256 in hex: a stable pseudonym for addresses in logs, tombstones and look-ups. */
  keyedHash(value: string): string;
  /** What calls on the bus are signed with; every service that calls or answers has it. */
  readonly callKey: Uint8Array;
}

/**
 * Derives every key of the installation from one master key (HKDF, one label per use).
 * Throws when the master key has less than 32 characters.
 */
export function createSecrets(masterKey: string): Secrets {
  if (masterKey.length < MIN_MASTER_KEY_LENGTH) {
    throw new Error(`SECRET_KEY must have at least ${MIN_MASTER_KEY_LENGTH} characters`);
  }
  const derive = (label: string): Buffer => Buffer.from(hkdfSync("sha256", masterKey, "parley", label, 32));
  const pepper = derive("token-pepper");
  const sealing = createSealing(derive("sealing-key"));
  const hashingKey = derive("keyed-hash");

  const hash = (secret: string): Buffer => createHash("sha256").update(pepper).update(secret).digest();
  return {
    issue: (kind) => {
      const { token, id, secret } = mintToken(kind);
      return { token, id, hash: hash(secret), hint: `${TOKEN_PREFIXES[kind]}…${token.slice(-4)}` };
    },
    hash,
    verify: (secret, stored) => {
      const own = hash(secret);
      return stored.length === own.length && timingSafeEqual(own, stored);
    },
    ...sealing,
    callKey: derive("bus-call"),
    keyedHash: (value) => createHmac("sha256", hashingKey).update(value).digest("hex"),
  };
}

/** Sealed form: `v1.<key id>.<base64url of nonce ‖ ciphertext ‖ tag>`. The key id tells a wrong master key from damage. */
function createSealing(key: Buffer): Pick<Secrets, "seal" | "open"> {
  const keyId = createHash("sha256").update("key-id").update(key).digest("hex").slice(0, 8);
  const header = `${FORMAT}.${keyId}.`;
  const bound = (aad: string): Buffer => Buffer.from(`${header}${aad}`);

  const seal = (plain: string, aad: string): string => {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES }).setAAD(bound(aad));
    const body = Buffer.concat([iv, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return header + body.toString("base64url");
  };

  const open = (sealed: string, aad: string): string => {
    if (!sealed.startsWith(header)) throw cannotOpen("sealed in an unknown format or under another key");
    const text = sealed.slice(header.length);
    const body = Buffer.from(text, "base64url");
    // Node ignores characters outside the alphabet: only the one canonical spelling is accepted.
    if (body.length < IV_BYTES + TAG_BYTES || body.toString("base64url") !== text) throw cannotOpen("damaged");
    const tag = body.subarray(-TAG_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", key, body.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(bound(aad))
      .setAuthTag(tag);
    try {
      const plain = decipher.update(body.subarray(IV_BYTES, -TAG_BYTES));
      return Buffer.concat([plain, decipher.final()]).toString("utf8");
    } catch (cause) {
      throw cannotOpen("altered, or bound to another row", cause);
    }
  };
  return { seal, open };
}

function cannotOpen(reason: string, cause?: unknown): AppError {
  return new AppError("internal", { internal: `sealed value cannot be opened: ${reason}`, cause });
}
