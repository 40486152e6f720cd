import { AppError } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import type { GatewayContext } from "../context.js";
import type { Visit } from "./visitor.js";

/** Addresses that no name server can point somewhere else: this machine's name, and numbers. */
const isFixedHost = (hostname: string): boolean =>
  hostname === "localhost" || ipaddr.isValid(hostname.replace(/^\[|\]$/g, ""));

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Whether a page is of this server: of its public address. Where that is this machine, because none was configured, the address the
 * browser used counts too, unless it is a name: another site's name can be pointed here, and would make its pages ours.
 */
function isOwnPage(publicUrl: string, origin: URL, host: string | undefined): boolean {
  const own = new URL(publicUrl);
  if (origin.origin === own.origin) return true;
  return LOOPBACK.test(own.hostname) && origin.host === host && isFixedHost(origin.hostname);
}

/**
 * Checks the origin of a browser call: the server's own pages may always call; other sites only when the link lists them
 * (scheme, host and port exactly, or `*.` for one level). A cookie proves only that it is the visitor's browser, so with a
 * cookie an unlisted foreign site is refused even when the link lists none. Throws `origin_not_allowed`.
 */
export function requireOrigin(context: GatewayContext, request: FastifyRequest): void {
  if (isOriginAllowed(context, request, request.visit)) return;
  context.security.note(request, request.visit.policy, { kind: "origin_refused" });
  throw new AppError("origin_not_allowed");
}

/**
 * Allows only calls of this server's own pages that no other site has triggered: scripts of a host page must not get the answer.
 * Throws `origin_not_allowed`.
 */
export function requireOwnPage({ config, security }: GatewayContext, request: FastifyRequest): void {
  const { origin, host, "sec-fetch-site": site } = request.headers;
  const parsed = origin === undefined ? null : parseOrigin(origin);
  // Browsers omit `sec-fetch-site` on pages without https.
  const ownSite = site === undefined || site === "same-origin";
  if (parsed !== null && ownSite && isOwnPage(config.PUBLIC_URL, parsed, host)) return;
  security.note(request, request.visit.policy, { kind: "origin_refused" });
  throw new AppError("origin_not_allowed");
}

export function isOriginAllowed(
  { config }: GatewayContext,
  { headers: { origin, host } }: FastifyRequest,
  { policy, fromCookie }: Visit,
): boolean {
  if (origin === undefined) return true;
  const parsed = parseOrigin(origin);
  if (parsed !== null && isOwnPage(config.PUBLIC_URL, parsed, host)) return true;
  if (parsed !== null && policy.allowedDomains.some((pattern) => matchesOrigin(pattern, parsed))) return true;
  return policy.allowedDomains.length === 0 && !fromCookie;
}

/** Whether pages of the calling site may frame the chat: the result of `frame-ancestors` for the site that the browser names. */
export function mayFrame(
  { config }: GatewayContext,
  { headers: { origin, host }, visit: { policy } }: FastifyRequest,
): boolean {
  if (origin === undefined) return true;
  const site = parseOrigin(origin);
  if (site === null) return false;
  return (
    isOwnPage(config.PUBLIC_URL, site, host) || policy.allowedDomains.some((pattern) => matchesOrigin(pattern, site))
  );
}

/** null = not an origin, such as the `null` of a sandboxed frame. */
export function parseOrigin(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

/** `https://app.example.com`, `https://*.example.com` (one level), or without a scheme for https. */
export function matchesOrigin(pattern: string, origin: URL): boolean {
  const [scheme, host] = pattern.includes("://") ? pattern.split("://", 2) : ["https", pattern];
  if (`${scheme}:` !== origin.protocol || host === undefined) return false;
  const wanted = host.toLowerCase().replace(/\/$/, "");
  if (!wanted.startsWith("*.")) return wanted === origin.host;
  const suffix = wanted.slice(1);
  const label = origin.host.slice(0, -suffix.length);
  return origin.host.endsWith(suffix) && label.length > 0 && !label.includes(".");
}
