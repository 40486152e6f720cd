import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from "@fastify/rate-limit";
import { AppError } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { Limits } from "@parley/redis";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import { tokenOf } from "./link-token.js";
import { PERIOD_SECONDS } from "./rates.js";

const SCOPE = "address";

/** Our limits as a store of the plugin: one call a request, also while Redis is away. */
function storeOf(limits: Limits): FastifyRateLimitStoreCtor {
  return class implements FastifyRateLimitStore {
    incr(...[key, told, windowMs, max]: Parameters<FastifyRateLimitStore["incr"]>): void {
      const check = { scope: SCOPE, key: `public:${key}`, limit: max, periodSeconds: windowMs / 1_000 };
      limits
        .take([check])
        .then(
          (taken) =>
            taken.allowed
              ? told(null, { current: max - taken.remaining, ttl: 0 })
              : told(null, { current: max + 1, ttl: taken.retryAfterSeconds * 1_000 }),
          told,
        );
    }

    child(): FastifyRateLimitStore {
      return this;
    }
  };
}

/** Makes the outer guard known to the server; a scope puts it in front by `guardAddresses`. */
export async function registerAddressLimit(app: HttpApp, context: GatewayContext): Promise<void> {
  const { config, redis, links, security } = context;
  const silent = { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false };
  await app.register(rateLimit, {
    global: false,
    store: storeOf(redis.limits),
    max: config.RATE_LIMIT_ADDRESS_PER_MINUTE,
    timeWindow: PERIOD_SECONDS * 1_000,
    keyGenerator: (request) => request.clientBucket,
    // The headers of the tightest limit are written where that one is known; Retry-After comes with the error.
    addHeaders: { ...silent, "retry-after": false },
    addHeadersOnExceeding: silent,
    errorResponseBuilder: (request, { ttl }) => {
      // Nothing is looked up for a refusal: it is noted when the link happens to be known.
      const policy = links.peek(tokenOf(request));
      if (policy !== null) security.note(request, policy, { kind: "rate_limited", scope: SCOPE });
      return new AppError("rate_limited", { retryAfterSeconds: ttl / 1_000, extra: { scope: SCOPE } });
    },
  });
}

/** Counts each public call of a scope against its client address, before its body is read. Refuses with `rate_limited`. */
export function guardAddresses(app: HttpApp): void {
  app.addHook("onRequest", app.rateLimit());
}

/** Counts a call outside of these scopes; false when the address has used up its calls. */
export function createAddressCheck(app: HttpApp): (request: FastifyRequest) => Promise<boolean> {
  const count = app.createRateLimit();
  return async (request) => {
    const counted = await count(request);
    return counted.isAllowed || !counted.isExceeded;
  };
}
