import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes, sign } from "node:crypto";
import type { PushKeys } from "./push-keys.js";

const CURVE = "prime256v1";
const RECORD_BYTES = 4_096;
/** Delimiter that marks the last record of a message. */
const LAST = Buffer.from([2]);

const newSender = (): ECDH => {
  const sender = createECDH(CURVE);
  sender.generateKeys();
  return sender;
};

/**
 * Encrypts a message that only this browser can read, in one record of `aes128gcm` (RFC 8291 over RFC 8188). `sender` and `salt` are new
 * for each message. Throws for invalid browser keys.
 */
export function encryptPush(
  message: string,
  keys: { p256dh: string; auth: string },
  { sender = newSender(), salt = randomBytes(16) }: { sender?: ECDH; salt?: Buffer } = {},
): Buffer {
  const [theirs, ours] = [Buffer.from(keys.p256dh, "base64url"), sender.getPublicKey()];
  const derive = (secret: Buffer, salted: Buffer, info: Buffer | string, bytes: number): Buffer =>
    Buffer.from(hkdfSync("sha256", secret, salted, info, bytes));
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), theirs, ours]);
  const shared = derive(sender.computeSecret(theirs), Buffer.from(keys.auth, "base64url"), info, 32);
  const key = derive(shared, salt, "Content-Encoding: aes128gcm\0", 16);
  const nonce = derive(shared, salt, "Content-Encoding: nonce\0", 12);
  const cipher = createCipheriv("aes-128-gcm", key, nonce);
  const sealed = [cipher.update(message, "utf8"), cipher.update(LAST), cipher.final(), cipher.getAuthTag()];
  const size = Buffer.alloc(4);
  size.writeUInt32BE(RECORD_BYTES);
  return Buffer.concat([salt, size, Buffer.from([ours.length]), ours, ...sealed]);
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Identifies the sender to a push service: a token for its origin, valid for half a day (RFC 8292). */
export function vapidHeader(keys: PushKeys, about: { endpoint: string; subject: string; nowMs: number }): string {
  const point = Buffer.from(keys.publicKey, "base64url");
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
  const exp = Math.floor(about.nowMs / 1_000) + 43_200;
  const claims = { aud: new URL(about.endpoint).origin, exp, sub: about.subject };
  const said = `${base64({ typ: "JWT", alg: "ES256" })}.${base64(claims)}`;
  const key = { kty: "EC", crv: "P-256", x, y, d: keys.privateKey };
  const signature = sign("sha256", Buffer.from(said), { key, format: "jwk", dsaEncoding: "ieee-p1363" });
  return `vapid t=${said}.${signature.toString("base64url")}, k=${keys.publicKey}`;
}
