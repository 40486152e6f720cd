import { createECDH } from "node:crypto";
import type { Secrets } from "@parley/secrets";

export interface PushKeys {
  publicKey: string;
  privateKey: string;
}

/**
 * What this installation proves itself with to push services (VAPID, RFC 8292). Made of the hash root: it stays when the master key
 * changes, so that no browser has to subscribe again, and every replica has the same.
 */
export function pushKeys({ keyedHash }: Pick<Secrets, "keyedHash">): PushKeys {
  const curve = createECDH("prime256v1");
  for (let n = 0; ; n += 1) {
    const secret = Buffer.from(keyedHash(`web-push-vapid:${n}`), "hex");
    try {
      curve.setPrivateKey(secret);
    } catch {
      // One number in 2^32 is not on the curve: the next one is.
      continue;
    }
    return { publicKey: curve.getPublicKey("base64url"), privateKey: secret.toString("base64url") };
  }
}
