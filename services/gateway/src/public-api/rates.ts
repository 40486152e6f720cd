import { AppError, type LinkPolicy } from "@parley/contracts";
import { rateLimitHeaders } from "@parley/http";
import type { LimitCheck, Watch, WatchedResult } from "@parley/redis";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../deps.js";

declare module "fastify" {
  interface FastifyRequest {
    /** How far this caller's limits are lowered: 0 = not at all, 3 = to an eighth. Known once a limit was taken. */
    suspicion: number;
  }
}

export const PERIOD_SECONDS = 60;
/** Five refusals in ten minutes halve the limits of a bucket for ten minutes, at most to an eighth. */
const REFUSALS_PER_LEVEL = 5;
const WATCH_SECONDS = 600;
const MAX_LEVEL = 3;

const watchOf = (request: FastifyRequest): Watch => ({
  key: request.clientBucket,
  refusals: REFUSALS_PER_LEVEL,
  periodSeconds: WATCH_SECONDS,
  maxLevel: MAX_LEVEL,
});

/** Counts one public call against its client address. Throws `rate_limited`. */
export async function takeAddress(context: GatewayContext, request: FastifyRequest, token: string): Promise<void> {
  const { redis, config, links } = context;
  const limit = config.RATE_LIMIT_ADDRESS_PER_MINUTE;
  const key = `public:${request.clientBucket}`;
  const check = { scope: "address", key, limit, periodSeconds: PERIOD_SECONDS, tightens: true };
  const taken = await redis.limits.takeWatched([check], watchOf(request));
  // Nothing is looked up for a refusal: it is noted when the link happens to be known.
  settle(context, { request, taken, policy: links.peek(token) });
}

/** Counts one code asked for or tried. Throws `rate_limited`. */
export async function takeVerification(
  context: GatewayContext,
  request: FastifyRequest,
  given: { step: string; token: string },
): Promise<void> {
  const check: LimitCheck = {
    scope: "verify",
    key: `${given.step}:${request.clientBucket}`,
    limit: context.config.RATE_LIMIT_VERIFY_PER_MINUTE,
    periodSeconds: PERIOD_SECONDS,
    tightens: true,
  };
  const taken = await context.redis.limits.takeWatched([check], watchOf(request));
  settle(context, { request, taken, policy: context.links.peek(given.token), shownScope: "address" });
}

/**
 * Counts one message or new session in every scope at once: this session (or the address without one), the confirmed person
 * on all devices, the link, the tenant, the whole server. Throws `rate_limited`; writes the RateLimit headers of the tightest
 * scope either way.
 */
export async function takeLinkRate(
  context: GatewayContext,
  call: { request: FastifyRequest; reply: FastifyReply },
  sessionToken: string | null,
): Promise<void> {
  const { request, reply } = call;
  const { policy } = request.visit;
  const checks = await linkChecks(context, request, sessionToken);
  const taken = await context.redis.limits.takeWatched(checks, watchOf(request));
  reply.headers(
    rateLimitHeaders({
      name: taken.scope,
      limit: taken.limit,
      windowSeconds: PERIOD_SECONDS,
      ...(taken.allowed
        ? { remaining: taken.remaining }
        : { remaining: 0, retryAfterSeconds: taken.retryAfterSeconds }),
    }),
  );
  settle(context, { request, taken, policy });
}

async function linkChecks(
  context: GatewayContext,
  request: FastifyRequest,
  sessionToken: string | null,
): Promise<LimitCheck[]> {
  const { config, secrets, subjects } = context;
  const { policy } = request.visit;
  const limit = policy.rateLimitPerMinute;
  const per = { periodSeconds: PERIOD_SECONDS };
  const whom = sessionToken === null ? request.clientBucket : secrets.keyedHash(sessionToken);
  const scope = sessionToken === null ? "visitor" : "session";
  const checks: LimitCheck[] = [{ scope, key: `${policy.id}:${whom}`, limit, ...per, tightens: true }];
  const subject = sessionToken === null ? null : await subjects.of(request, sessionToken);
  if (subject !== null) checks.push({ scope: "person", key: `${policy.id}:${subject}`, limit, ...per, tightens: true });
  checks.push(
    { scope: "link", key: policy.id, limit: config.RATE_LIMIT_LINK_PER_MINUTE, ...per },
    { scope: "tenant", key: policy.tenantId, limit: config.RATE_LIMIT_TENANT_PER_MINUTE, ...per },
    { scope: "global", key: "all", limit: config.RATE_LIMIT_GLOBAL_PER_MINUTE, ...per },
  );
  return checks;
}

/** Remembers the suspicion, notes a refusal and throws it. */
function settle(
  { security }: GatewayContext,
  outcome: {
    request: FastifyRequest;
    taken: WatchedResult;
    policy: LinkPolicy | null;
    shownScope?: string;
  },
): void {
  const { request, taken, policy, shownScope } = outcome;
  request.suspicion = Math.max(request.suspicion, taken.level);
  if (taken.allowed) return;
  if (policy !== null) {
    security.note(request, policy, { kind: "rate_limited", scope: taken.scope });
    if (taken.raised) security.note(request, policy, { kind: "adaptive_tightened", scope: `level_${taken.level}` });
  }
  const { retryAfterSeconds } = taken;
  throw new AppError("rate_limited", { retryAfterSeconds, extra: { scope: shownScope ?? taken.scope } });
}
