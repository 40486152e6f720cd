import type { FastifyReply, FastifyRequest } from "fastify";
import type { GatewayContext } from "../deps.js";
import { requireOrigin } from "./origin.js";
import { allowListedOrigin } from "./origin-headers.js";
import { requirePlace } from "./place.js";
import { takeVerification } from "./rates.js";
import { type Visit, visitOf } from "./visit.js";

/**
 * Who stands before a link with an address: limit by client address, then link, place, origin. `step` keeps asking for codes and
 * trying them apart. Throws `rate_limited`, `link_unavailable`, `link_expired`, `address_not_allowed`, `country_not_allowed`,
 * `origin_not_allowed`.
 */
export async function verifyingVisit(
  context: GatewayContext,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  given: { step: "request" | "confirm"; token: string },
): Promise<Visit> {
  await takeVerification(context, request, given);
  request.visit = visitOf(request, await context.links.resolve(given.token), given.token);
  allowListedOrigin(request, reply, request.visit.policy);
  await requirePlace(context, request);
  requireOrigin(context, request);
  return request.visit;
}
