import { AppError, type LinkPolicy } from "@parley/contracts";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";

/**
 * The policy of a link by its token. Invalid tokens are counted by client address: too many get
 * `rate_limited` instead, and a log line and a metric report the guessing. Such a token has no tenant whose list of
 * security events could show it. Usable links always open. Throws `link_unavailable`, `link_expired`, `rate_limited`.
 */
export async function resolveLink(
  { links, failedLinks, security }: GatewayContext,
  request: FastifyRequest,
  token: string,
): Promise<LinkPolicy> {
  try {
    return await links.resolve(token);
  } catch (error) {
    if (!(error instanceof AppError && error.code === "link_unavailable")) throw error;
    const { remaining, retryAfterSeconds } = failedLinks.count(request.clientBucket);
    if (retryAfterSeconds === undefined) {
      if (remaining === 0) security.noteScan(request);
      throw error;
    }
    throw new AppError("rate_limited", {
      retryAfterSeconds: Math.max(1, retryAfterSeconds),
      extra: { scope: "address" },
    });
  }
}
