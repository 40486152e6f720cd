import { AppError } from "@parley/contracts";
import type { FastifyRequest } from "fastify";

/** No page of another site can set it: a browser sends a preflight first, and the management API answers none. */
const CONSOLE_HEADER = "x-parley-console";

/**
 * Refuses a call that another site makes with the cookies of this one. In addition to `SameSite`, which a sibling domain passes:
 * the call must carry a header of the console, and name no origin but this one. Throws `cross_site_request`.
 */
export function requireOwnSite(request: Pick<FastifyRequest, "headers">, publicUrl: string): void {
  const { origin, "sec-fetch-site": from } = request.headers;
  const own = origin === undefined || isOwnOrigin(request.headers, publicUrl);
  const sameSite = from === undefined || from === "same-origin" || from === "none";
  if (request.headers[CONSOLE_HEADER] === undefined || !own || !sameSite) throw new AppError("cross_site_request");
}

/** Whether the calling page is one of this server, by its public address or the one it was reached at. */
const isOwnOrigin = ({ host, origin }: FastifyRequest["headers"], publicUrl: string): boolean =>
  origin !== undefined && (origin === new URL(publicUrl).origin || hostOf(origin) === host);

/** As `isOwnOrigin`, but trusts the host only when it is a loopback name, which no other site can point here. */
export const isTrustedOrigin = (headers: FastifyRequest["headers"], publicUrl: string): boolean =>
  headers.origin === new URL(publicUrl).origin || (isOwnOrigin(headers, publicUrl) && isLoopback(headers.host));

const isLoopback = (host = ""): boolean => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);
