import { AppError } from "@parley/contracts";
import type { FastifyRequest } from "fastify";

/** No page of another site can set it: a browser asks first, and the management API answers no such question. */
const CONSOLE_HEADER = "x-parley-console";

/**
 * Refuses a call that another site makes with the cookies of this one. Beside `SameSite`, which a neighbour under the same domain passes:
 * the call must carry a header of the console, and name no origin but this one. Throws `cross_site_request`.
 */
export function requireOwnSite(request: Pick<FastifyRequest, "headers">, publicUrl: string): void {
  const { origin, "sec-fetch-site": from } = request.headers;
  const own = origin === undefined || isOwnOrigin(request.headers, publicUrl);
  const sameSite = from === undefined || from === "same-origin" || from === "none";
  if (request.headers[CONSOLE_HEADER] === undefined || !own || !sameSite) throw new AppError("cross_site_request");
}

/** Whether the page that asks is one of this server, by its public address or the one it is reached at. */
const isOwnOrigin = ({ host, origin }: FastifyRequest["headers"], publicUrl: string): boolean =>
  origin !== undefined && (origin === new URL(publicUrl).origin || hostOf(origin) === host);

/** As such, where the name that the page was reached by proves something: a name of this machine, which no other site can point at it. */
export const isTrustedOrigin = (headers: FastifyRequest["headers"], publicUrl: string): boolean =>
  headers.origin === new URL(publicUrl).origin || (isOwnOrigin(headers, publicUrl) && isLoopback(headers.host));

const isLoopback = (host = ""): boolean => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(host);

const hostOf = (origin: string): string | null => (URL.canParse(origin) ? new URL(origin).host : null);
