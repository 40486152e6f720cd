import { AppError } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../deps.js";
import { requireOrigin } from "./origin.js";
import { type Visit, visitOf } from "./visit.js";

const PERIOD_SECONDS = 60;

/**
 * Who stands before a link with an address: limit by client address, then link, then origin. `step` keeps asking for codes and
 * trying them apart. Throws `rate_limited`, `link_unavailable`, `link_expired`, `origin_not_allowed`.
 */
export async function verifyingVisit(
  { redis, links, config }: GatewayContext,
  request: FastifyRequest,
  given: { step: "request" | "confirm"; token: string },
): Promise<Visit> {
  const scope = "address";
  const taken = await redis.limits.take([
    {
      scope: "verify",
      key: `${given.step}:${request.clientBucket}`,
      limit: config.RATE_LIMIT_VERIFY_PER_MINUTE,
      periodSeconds: PERIOD_SECONDS,
    },
  ]);
  if (!taken.allowed)
    throw new AppError("rate_limited", { retryAfterSeconds: taken.retryAfterSeconds, extra: { scope } });
  request.visit = visitOf(request, await links.resolve(given.token), given.token);
  requireOrigin(request, config.PUBLIC_URL);
  return request.visit;
}
