import type { LinkPolicy } from "@parley/contracts";
import type { FastifyReply, FastifyRequest } from "fastify";
import { matchesOrigin, parseOrigin } from "./origin.js";

const METHODS = "GET, POST, PUT, DELETE";
const REQUEST_HEADERS =
  "accept, authorization, content-type, idempotency-key, last-event-id, prefer, traceparent, x-request-id";
const ANSWER_HEADERS =
  "idempotent-replayed, preference-applied, ratelimit, ratelimit-policy, retry-after, traceparent, x-request-id";
const PREFLIGHT_SECONDS = "600";

/**
 * Lets scripts of the sites that a link lists read its answers. Never for every site, and never with credentials: such a
 * script sends its session token itself, so the cookie stays with the chat page.
 */
export function allowListedOrigin(request: FastifyRequest, reply: FastifyReply, policy: LinkPolicy): boolean {
  if (policy.allowedDomains.length === 0) return false;
  reply.header("vary", "Origin");
  const { origin } = request.headers;
  const parsed = origin === undefined ? null : parseOrigin(origin);
  if (parsed === null || !policy.allowedDomains.some((pattern) => matchesOrigin(pattern, parsed))) return false;
  reply.headers({ "access-control-allow-origin": parsed.origin, "access-control-expose-headers": ANSWER_HEADERS });
  return true;
}

/** Whether the request is a CORS preflight. */
export const isPreflight = (request: FastifyRequest): boolean =>
  request.method === "OPTIONS" &&
  request.headers.origin !== undefined &&
  request.headers["access-control-request-method"] !== undefined;

/** Answers a preflight; permissions that a site lacks are left out, so the browser refuses. */
export function answerPreflight(reply: FastifyReply, allowed: boolean): FastifyReply {
  reply.header("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers");
  if (allowed) {
    reply.headers({
      "access-control-allow-methods": METHODS,
      "access-control-allow-headers": REQUEST_HEADERS,
      "access-control-max-age": PREFLIGHT_SECONDS,
    });
  }
  return reply.code(204).send();
}

/** `frame-ancestors` of the chat page: the page's own origin and the sites that the link lists. */
export function frameAncestors(allowedDomains: readonly string[]): string {
  const sources = allowedDomains
    .map((pattern) => (pattern.includes("://") ? pattern : `https://${pattern}`).replace(/\/$/, "").toLowerCase())
    // Only valid source expressions: a list must not be able to add another directive.
    .filter((source) => /^https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/.test(source));
  return ["'self'", ...sources].join(" ");
}
