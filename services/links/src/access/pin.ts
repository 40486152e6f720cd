import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** 16 MiB and some 30 ms: PINs are short, so only the hash and its pepper slow down a thief of the database. */
const COST = { N: 16_384, r: 8, p: 1 };

/** A PIN in stored form: `scrypt$<salt>$<hash>`, bound to its link and peppered. */
async function hashPin(pepper: (text: string) => string, linkId: string, pin: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(pepper(`pin:${linkId}:${pin.normalize("NFKC")}`), salt);
  return `scrypt$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Whether a PIN matches the stored one; takes as long when nothing is stored. */
export async function pinMatches(
  pepper: (text: string) => string,
  linkId: string,
  given: { pin: string; stored: string | null },
): Promise<boolean> {
  const [kind, salt = "", hash = ""] = (given.stored ?? "").split("$");
  const wanted = Buffer.from(hash, "base64url");
  const found = await derive(
    pepper(`pin:${linkId}:${given.pin.normalize("NFKC")}`),
    kind === "scrypt" ? Buffer.from(salt, "base64url") : NO_SALT,
  );
  return timingSafeEqual(found, wanted.length === HASH_BYTES ? wanted : NO_HASH) && kind === "scrypt";
}

/** The column value for a PIN given by an owner: undefined leaves it unchanged, null removes it. */
export async function storedPin(
  deps: { secrets: { keyedHash(text: string): string } },
  linkId: string,
  pin: string | null | undefined,
): Promise<string | null | undefined> {
  return typeof pin === "string" ? hashPin((text) => deps.secrets.keyedHash(text), linkId, pin) : pin;
}

const NO_SALT = Buffer.alloc(SALT_BYTES);
const NO_HASH = Buffer.alloc(HASH_BYTES);

const derive = (text: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(text, salt, HASH_BYTES, COST, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
