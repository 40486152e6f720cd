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
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = "v1";

interface IssuedToken {
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
  /** That of the other master key: calls signed with it are taken, too. */
  readonly acceptedCallKeys: readonly Uint8Array[];
  /** Of the key that seals: the second part of what it sealed. */
  readonly keyId: string;
  /**
   * What hashes are made with, sealed. It stays when the master key changes, because hashes cannot be made again without what they were
   * made of. `evidence`: anything this installation has sealed before; it tells which of two keys the first hashes came from. null = there
   * is nothing yet, and they come from the current key.
   */
  newHashRoot(evidence: string | null): string;
  /** Makes all hashes from now on with this root. Throws AppError("internal") when it was sealed under another master key. */
  useHashRoot(sealed: string): void;
  /** The root in use, sealed under the current key. */
  sealedHashRoot(): string;
}

/** The keys of hashes: a pepper for tokens, one for pseudonyms. */
interface HashKeys {
  pepper: Buffer;
  hashing: Buffer;
}

const HASH_ROOT_AAD = "hash-root";

/**
 * Derives every key of the installation from one master key (HKDF, one label per use). What was sealed under `previousKey` can be opened and
 * calls signed with it are taken, whichever of the two is the older: so replicas can change from one to the other one by one.
 * Throws when a key has less than 32 characters.
 */
export function createSecrets(masterKey: string, previousKey?: string): Secrets {
  const [current, ...others] = [masterKey, ...(previousKey ? [previousKey] : [])].map(derivedFrom);
  if (current === undefined) throw new Error("there is always a current key");
  const sealing = createSealing([current.sealing, ...others.map((key) => key.sealing)]);
  let { pepper, hashing }: HashKeys = current;

  const hash = (secret: string): Buffer => createHash("sha256").update(pepper).update(secret).digest();
  const sealedRoot = (keys: HashKeys): string =>
    sealing.seal(Buffer.concat([keys.pepper, keys.hashing]).toString("base64"), HASH_ROOT_AAD);
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
    callKey: current.call,
    acceptedCallKeys: others.map((key) => key.call),
    keyedHash: (value) => createHmac("sha256", hashing).update(value).digest("hex"),
    newHashRoot: (evidence) =>
      sealedRoot([current, ...others].find((key) => evidence?.startsWith(headerOf(key.sealing))) ?? current),
    useHashRoot: (sealed) => {
      const root = Buffer.from(sealing.open(sealed, HASH_ROOT_AAD), "base64");
      [pepper, hashing] = [root.subarray(0, KEY_BYTES), root.subarray(KEY_BYTES)];
    },
    sealedHashRoot: () => sealedRoot({ pepper, hashing }),
  };
}

function derivedFrom(masterKey: string): HashKeys & { sealing: Buffer; call: Buffer } {
  if (masterKey.length < MIN_MASTER_KEY_LENGTH) {
    throw new Error(`SECRET_KEY must have at least ${MIN_MASTER_KEY_LENGTH} characters`);
  }
  const derive = (label: string): Buffer => Buffer.from(hkdfSync("sha256", masterKey, "parley", label, KEY_BYTES));
  return {
    pepper: derive("token-pepper"),
    hashing: derive("keyed-hash"),
    sealing: derive("sealing-key"),
    call: derive("bus-call"),
  };
}

const keyIdOf = (key: Buffer): string => createHash("sha256").update("key-id").update(key).digest("hex").slice(0, 8);

const headerOf = (key: Buffer): string => `${FORMAT}.${keyIdOf(key)}.`;

/**
 * Sealed form: `v1.<key id>.<base64url of nonce ‖ ciphertext ‖ tag>`. The first key seals, each opens what it sealed; the key id tells
 * which, and a wrong master key from damage.
 */
function createSealing(keys: readonly [Buffer, ...Buffer[]]): Pick<Secrets, "seal" | "open" | "keyId"> {
  const [key] = keys;
  const byHeader = new Map(keys.map((one) => [headerOf(one), one]));
  const ownHeader = headerOf(key);
  const bound = (header: string, aad: string): Buffer => Buffer.from(`${header}${aad}`);

  const seal = (plain: string, aad: string): string => {
    const header = ownHeader;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", key, iv, { authTagLength: TAG_BYTES }).setAAD(bound(header, aad));
    const body = Buffer.concat([iv, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return header + body.toString("base64url");
  };

  const open = (sealed: string, aad: string): string => {
    const header = sealed.slice(0, ownHeader.length);
    const opener = byHeader.get(header);
    if (opener === undefined) throw cannotOpen("sealed in an unknown format or under another key");
    const text = sealed.slice(header.length);
    const body = Buffer.from(text, "base64url");
    // Node ignores characters outside the alphabet: only the one canonical spelling is accepted.
    if (body.length < IV_BYTES + TAG_BYTES || body.toString("base64url") !== text) throw cannotOpen("damaged");
    const tag = body.subarray(-TAG_BYTES);
    const decipher = createDecipheriv("aes-256-gcm", opener, body.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(bound(header, aad))
      .setAuthTag(tag);
    try {
      const plain = decipher.update(body.subarray(IV_BYTES, -TAG_BYTES));
      return Buffer.concat([plain, decipher.final()]).toString("utf8");
    } catch (cause) {
      throw cannotOpen("altered, or bound to another row", cause);
    }
  };
  return { seal, open, keyId: keyIdOf(key) };
}

function cannotOpen(reason: string, cause?: unknown): AppError {
  return new AppError("internal", { internal: `sealed value cannot be opened: ${reason}`, cause });
}

/** The options of a connection to the bus. */
export const busKeys = ({ callKey, acceptedCallKeys }: Secrets) => ({ callKey, acceptedCallKeys });
