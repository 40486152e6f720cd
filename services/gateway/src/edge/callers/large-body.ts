import { AppError } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";
import { sessionCookie } from "./session-cookie.js";

/** Body size that every other route reads before it knows the caller. */
const UNKNOWN_CALLER_BYTES = 262_144;

/**
 * A body is read before its signature can be checked, so a large one is read only for a caller whose token, or whose session of the
 * console, is live. Throws `body_too_large`, `invalid_token`.
 */
export async function requireKnownForLargeBody(
  request: FastifyRequest,
  { credentials, config }: Pick<GatewayContext, "credentials" | "config">,
): Promise<void> {
  const { authorization, "content-length": given } = request.headers;
  if (Number(given ?? Number.POSITIVE_INFINITY) <= UNKNOWN_CALLER_BYTES) return;
  const token = /^Bearer ([A-Za-z0-9_]{1,128})$/i.exec(authorization ?? "")?.[1];
  const session = authorization === undefined ? sessionCookie(request, config.PUBLIC_URL) : undefined;
  if (token === undefined && session === undefined) throw new AppError("body_too_large");
  const principal =
    token === undefined ? credentials.sessionPrincipal(session ?? "") : credentials.tokenPrincipal(token);
  if ((await principal) === null) throw new AppError("invalid_token");
}
