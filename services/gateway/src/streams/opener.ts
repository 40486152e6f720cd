import type { Principal } from "@parley/contracts";
import type { SseStream } from "@parley/http";

/** The token or signing key that opened a stream. */
export type Opener = Pick<Principal, "id" | "via">;

/** Ends a stream whose opener is no longer good, with the code that opening it again gets. The session goes on. */
export function closeRefused(sse: SseStream, { via }: Opener): void {
  const code = via === "hmac" ? "invalid_signature" : "invalid_token";
  sse.send({ event: "error", data: { type: "error", code } });
  sse.close();
}
