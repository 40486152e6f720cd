import { createHmac, timingSafeEqual } from "node:crypto";

/** Header of a call: the time and the signature, `<milliseconds since 1970>.<base64url>`. */
export const SIGNATURE_HEADER = "Parley-Signature";

/** Maximum clock difference of two services, and maximum transit time of a call. */
const WINDOW_MS = 60_000;

export interface CallSignature {
  sign(subject: string, payload: string): string;
  /** Whether `header` was created by a key holder for exactly this payload and subject, less than a minute ago. */
  verifies(header: string | undefined, subject: string, payload: string | Uint8Array): boolean;
}

/**
 * A call carries its principal (tenant, role, operator), which any publisher on the bus could forge. So the caller signs
 * subject, time and the whole request, and the server of the call verifies before it parses: the password of a NATS user
 * alone gives access to no tenant. Measured 4 µs for 1 kB, each side. `accepted`: further keys that calls may be signed with, while
 * the services change keys.
 */
export function createCallSignature(key: Uint8Array, accepted: readonly Uint8Array[] = []): CallSignature {
  const macBy = (by: Uint8Array, subject: string, time: string, payload: string | Uint8Array): Buffer =>
    createHmac("sha256", by).update(`${subject}\n${time}\n`).update(payload).digest();
  return {
    sign(subject, payload) {
      const time = String(Date.now());
      return `${time}.${macBy(key, subject, time, payload).toString("base64url")}`;
    },
    verifies(header, subject, payload) {
      const [time = "", given = ""] = header?.split(".") ?? [];
      if (!(Math.abs(Date.now() - Number(time)) <= WINDOW_MS)) return false;
      const theirs = Buffer.from(given, "base64url");
      return [key, ...accepted].some((by) => {
        const own = macBy(by, subject, time, payload);
        return theirs.length === own.length && timingSafeEqual(theirs, own);
      });
    },
  };
}
