import type { Principal } from "@parley/contracts";
import type { SseMessage } from "@parley/http";

/** The token or signing key that opened a stream, and whose it is (null = operator-wide). */
export type Opener = Pick<Principal, "id" | "via" | "tenantId">;

/** What a stream says last whose opener is no longer good: the code that opening it again gets. The session goes on. */
export const refusedMessage = ({ via }: Opener): SseMessage => ({
  event: "error",
  data: { type: "error", code: via === "hmac" ? "invalid_signature" : "invalid_token" },
});
