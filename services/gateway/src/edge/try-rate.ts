import { AppError, type Principal } from "@parley/contracts";
import type { GatewayContext } from "../context.js";

/** Tries of one caller per minute: more than a person writes. */
const TRIES_PER_MINUTE = 30;

/** Counts one try of a caller. Throws `rate_limited`. */
export async function takeTry(redis: GatewayContext["redis"], { via, id }: Principal): Promise<void> {
  const check = { scope: "try", key: `${via}:${id}`, limit: TRIES_PER_MINUTE, periodSeconds: 60 };
  const { allowed, ...taken } = await redis.limits.take([check]);
  if (allowed) return;
  const retryAfterSeconds = "retryAfterSeconds" in taken ? taken.retryAfterSeconds : undefined;
  throw new AppError("rate_limited", { retryAfterSeconds, extra: { scope: "try" } });
}
