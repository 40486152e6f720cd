import { createECDH } from "node:crypto";
import type { Secrets } from "@parley/secrets";

export interface PushKeys {
  publicKey: string;
  privateKey: string;
}

/**
 * The keys that identify this installation to push services (VAPID, RFC 8292). Derived from the hash root: they survive a change of the
 * master key, so that no browser has to subscribe again, and are the same on every replica.
 */
export function pushKeys({ keyedHash }: Pick<Secrets, "keyedHash">): PushKeys {
  const curve = createECDH("prime256v1");
  for (let n = 0; ; n += 1) {
    const secret = Buffer.from(keyedHash(`web-push-vapid:${n}`), "hex");
    try {
      curve.setPrivateKey(secret);
    } catch {
      // One number in 2^32 is not a valid key: try the next one.
      continue;
    }
    return { publicKey: curve.getPublicKey("base64url"), privateKey: secret.toString("base64url") };
  }
}
