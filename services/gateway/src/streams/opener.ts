import type { Principal } from "@parley/contracts";
import type { SseMessage } from "@parley/http";

/** The token or signing key that opened a stream, and whose it is (null = operator-wide). */
export type Opener = Pick<Principal, "id" | "via" | "tenantId">;

/** The last event of a stream whose opener is no longer valid: the code that reopening it would get. The session continues. */
export const refusedMessage = ({ via }: Opener): SseMessage => ({
  event: "error",
  data: { type: "error", code: via === "hmac" ? "invalid_signature" : "invalid_token" },
});
