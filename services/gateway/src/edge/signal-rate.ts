import { AppError, type SessionAccess } from "@parley/contracts";
import type { GatewayContext } from "../context.js";

/** Signals of a visitor per minute: more than a person sends, too few to be a burden. They do not count as messages of the link. */
const LIMITS = {
  stop: 60,
  escalate: 10,
  typing: 40,
  feedback: 20,
  rate: 60,
  read: 120,
  ticket: 60,
  context: 60,
} as const;

/** Counts one signal of a session. Throws `rate_limited`. */
export async function takeSignalRate(
  { redis }: Pick<GatewayContext, "redis">,
  access: SessionAccess,
  kind: keyof typeof LIMITS,
): Promise<void> {
  const whom = access.type === "visitor" ? access.tokenId : access.sessionId;
  const taken = await redis.limits.take([
    { scope: "session", key: `${kind}:${whom}`, limit: LIMITS[kind], periodSeconds: 60 },
  ]);
  if (!taken.allowed)
    throw new AppError("rate_limited", {
      retryAfterSeconds: taken.retryAfterSeconds,
      extra: { scope: "session" },
    });
}
