import { AppError } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { LimitCheck } from "@parley/redis";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import { tokenOf } from "./link-token.js";
import { knownLinkRate, PERIOD_SECONDS } from "./rates.js";

const SCOPE = "address";

/** One call of a client address. */
export const addressCheck = (
  { config }: GatewayContext,
  { clientBucket }: Pick<FastifyRequest, "clientBucket">,
): LimitCheck => ({
  scope: SCOPE,
  key: `public:${clientBucket}`,
  limit: config.RATE_LIMIT_ADDRESS_PER_MINUTE,
  periodSeconds: PERIOD_SECONDS,
});

/**
 * Counts each public call of a scope against its client address before its body is read, and a plain message in the same step
 * against its session and link. Refuses with `rate_limited` for the address; `takeLinkRate` reports the result for the link.
 */
export function guardAddresses(app: HttpApp, context: GatewayContext): void {
  const { limits } = context.redis;
  app.decorateRequest("linkRate", null);
  app.addHook("onRequest", async (request) => {
    const first = addressCheck(context, request);
    const link = knownLinkRate(context, request);
    if (link !== null) request.linkRate = await limits.takeWatched(link.checks, link.watch, first);
    const taken = request.linkRate ?? (await limits.take([first]));
    if (taken.allowed || taken.scope !== SCOPE) return;
    // A refusal causes no look-up: it is noted only when the link is already cached.
    const policy = context.links.peek(tokenOf(request));
    if (policy !== null) context.security.note(request, policy, { kind: "rate_limited", scope: SCOPE });
    throw new AppError("rate_limited", { retryAfterSeconds: taken.retryAfterSeconds, extra: { scope: SCOPE } });
  });
}

/** Counts a call outside of these scopes; false when the address has used up its calls. */
export async function isWithinLimit(context: GatewayContext, request: FastifyRequest): Promise<boolean> {
  return (await context.redis.limits.take([addressCheck(context, request)])).allowed;
}
