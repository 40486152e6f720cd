import { AppError, type LinkPolicy } from "@parley/contracts";
import { rateLimitHeaders } from "@parley/http";
import type { LimitCheck, Watch, WatchedResult } from "@parley/redis";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import { isEverywhere } from "./geo-rules.js";
import { tokenOf } from "./link-token.js";
import { isOriginAllowed } from "./origin.js";
import { type Visit, visitOf } from "./visitor.js";

declare module "fastify" {
  interface FastifyRequest {
    /** How far the limits of this session, or of this address on this link, are lowered: 0 = not at all, 3 = to an eighth. */
    suspicion: number;
    /** The result of the session and link limits, where they were checked together with the address. */
    linkRate: WatchedResult | null;
  }
  interface FastifyContextConfig {
    /** The call is a message: it counts against its session and its link. */
    isMessage?: boolean;
  }
}

/** What limits apply to: a request, or what a socket keeps of the request that opened it. */
export interface Limited {
  readonly visit: Visit;
  readonly clientAddress: string;
  readonly clientBucket: string;
  suspicion: number;
}

export const PERIOD_SECONDS = 60;
/** Five retries before the given time within ten minutes halve a caller's limits for ten minutes, at most to an eighth. */
const REFUSALS_PER_LEVEL = 5;
const WATCH_SECONDS = 600;
const MAX_LEVEL = 3;
/** Allows for calls that a browser sent before it read that it must wait. */
const GRACE_SECONDS = 0.5;

/**
 * What is watched: a session, or without one an address on one link. Never an address as a whole: unrelated people may share it,
 * and their running sessions must not affect each other.
 */
const watchOf = (key: string): Watch => ({
  key,
  refusals: REFUSALS_PER_LEVEL,
  graceSeconds: GRACE_SECONDS,
  periodSeconds: WATCH_SECONDS,
  maxLevel: MAX_LEVEL,
});

const newcomerKey = (request: Pick<Limited, "clientBucket">, linkId: string): string =>
  `${linkId}:${request.clientBucket}`;

/** How far the limits of new sessions from this address are lowered on this link. */
export const newcomerLevel = ({ redis }: GatewayContext, request: FastifyRequest): Promise<number> =>
  redis.limits.levelOf(newcomerKey(request, request.visit.policy.id));

/** Counts one code requested or tried. Throws `rate_limited`. */
export async function takeVerification(context: GatewayContext, request: FastifyRequest, step: string): Promise<void> {
  const { policy } = request.visit;
  const check: LimitCheck = {
    scope: "verify",
    key: `${step}:${request.clientBucket}`,
    limit: context.config.RATE_LIMIT_VERIFY_PER_MINUTE,
    periodSeconds: PERIOD_SECONDS,
    tightens: true,
  };
  const taken = await context.redis.limits.takeWatched([check], watchOf(newcomerKey(request, policy.id)));
  settle(context, { request, taken, shownScope: "address" });
}

/**
 * Counts one message or new session in every scope at once: this session (without one: the sessions this address opens on this
 * link), the confirmed person on all devices, the link, the tenant, the whole server. Throws `rate_limited`; writes the RateLimit headers of the tightest
 * scope either way.
 */
export async function takeLinkRate(
  context: GatewayContext,
  call: { request: FastifyRequest; reply: FastifyReply },
  sessionToken: string | null,
): Promise<void> {
  const { request, reply } = call;
  const taken = request.linkRate ?? (await askLinkRate(context, request, sessionToken));
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
  settle(context, { request, taken });
}

/** As `takeLinkRate`, for socket frames: they also count against the address, and have no headers. Throws `rate_limited`. */
export async function takeSocketRate(
  context: GatewayContext,
  caller: Limited,
  given: { sessionToken: string; first: LimitCheck },
): Promise<void> {
  settle(context, { request: caller, taken: await askLinkRate(context, caller, given.sessionToken, given.first) });
}

async function askLinkRate(
  context: GatewayContext,
  request: Limited,
  sessionToken: string | null,
  first?: LimitCheck,
): Promise<WatchedResult> {
  const { policy } = request.visit;
  const subject = sessionToken === null ? null : await context.subjects.of(request, sessionToken);
  const { checks, watch } = linkRate(context, { request, policy, sessionToken, subject });
  return context.redis.limits.takeWatched(checks, watch, first);
}

interface LinkRate {
  checks: LimitCheck[];
  watch: Watch;
}

/**
 * The limits of a message when its headers suffice and the link is cached; null = they are checked later. A caller who may
 * not use a link must not use up its rate.
 */
export function knownLinkRate(context: GatewayContext, request: FastifyRequest): LinkRate | null {
  if (request.routeOptions.config.isMessage !== true) return null;
  const token = tokenOf(request);
  const policy = context.links.peek(token);
  if (policy === null || policy.requireEmail || !isEverywhere(policy)) return null;
  const visit = visitOf(request, policy, token);
  request.visit = visit;
  const { sessionToken } = visit;
  if (sessionToken === null || !isOriginAllowed(context, request, visit)) return null;
  return linkRate(context, { request, policy, sessionToken, subject: null });
}

function linkRate(
  { config, secrets }: GatewayContext,
  {
    request,
    policy,
    sessionToken,
    subject,
  }: { request: Limited; policy: LinkPolicy; sessionToken: string | null; subject: string | null },
): LinkRate {
  const limit = policy.rateLimitPerMinute;
  const per = { periodSeconds: PERIOD_SECONDS };
  const key =
    sessionToken === null ? newcomerKey(request, policy.id) : `${policy.id}:${secrets.keyedHash(sessionToken)}`;
  const own: LimitCheck =
    sessionToken === null
      ? // The link's own rate is for one visitor; this one may cover a whole office behind one address.
        { scope: "visitor", key, limit: config.RATE_LIMIT_NEW_SESSIONS_PER_MINUTE, ...per, tightens: true }
      : { scope: "session", key, limit, ...per, tightens: true };
  const checks = [own];
  if (subject !== null) checks.push({ scope: "person", key: `${policy.id}:${subject}`, limit, ...per, tightens: true });
  checks.push(
    { scope: "link", key: policy.id, limit: config.RATE_LIMIT_LINK_PER_MINUTE, ...per },
    { scope: "tenant", key: policy.tenantId, limit: config.RATE_LIMIT_TENANT_PER_MINUTE, ...per },
    { scope: "global", key: "all", limit: config.RATE_LIMIT_GLOBAL_PER_MINUTE, ...per },
  );
  return { checks, watch: watchOf(key) };
}

/** Stores the suspicion level, notes a refusal and throws it. */
function settle(
  context: GatewayContext,
  { request, taken, shownScope }: { request: Limited; taken: WatchedResult; shownScope?: string },
): void {
  const { policy } = request.visit;
  request.suspicion = Math.max(request.suspicion, taken.level);
  if (taken.allowed) return;
  if (taken.raised)
    context.security.note(request, policy, { kind: "adaptive_tightened", scope: `level_${taken.level}` });
  const { scope, retryAfterSeconds } = taken;
  context.security.note(request, policy, { kind: "rate_limited", scope });
  throw new AppError("rate_limited", { retryAfterSeconds, extra: { scope: shownScope ?? scope } });
}
