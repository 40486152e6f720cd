import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../context.js";
import { requirePlace } from "./geo-rules.js";
import { requireOrigin } from "./origin.js";
import { allowListedOrigin } from "./origin-headers.js";
import { takeVerification } from "./rates.js";
import { resolveLink } from "./resolve-link.js";
import type { Visit } from "./visitor.js";
import { visitOf } from "./visitor.js";

/**
 * The visit of a caller who confirms an address: link, limit by client address, place, origin. `step` separates the limits of
 * requesting codes and trying them. Throws `rate_limited`, `link_unavailable`, `link_expired`, `address_not_allowed`,
 * `country_not_allowed`, `origin_not_allowed`.
 */
export async function verifyingVisit(
  context: GatewayContext,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  given: { step: "request" | "confirm"; token: string },
): Promise<Visit> {
  request.visit = visitOf(request, await resolveLink(context, request, given.token), given.token);
  await takeVerification(context, request, given.step);
  allowListedOrigin(request, reply, request.visit.policy);
  await requirePlace(context, request);
  requireOrigin(context, request);
  return request.visit;
}
