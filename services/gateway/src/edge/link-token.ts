import type { FastifyRequest } from "fastify";

/**
 * The link token of a public call: a parameter of its route; a preflight has no route, so there the token is the segment after the name
 * of the call.
 */
export function tokenOf(request: FastifyRequest): string {
  const { params } = request;
  const token = typeof params === "object" && params !== null && "token" in params ? params.token : undefined;
  if (typeof token === "string") return token;
  return request.url.split("?", 1)[0]?.split("/")[4] ?? "";
}
