import type { FastifyRequest } from "fastify";

/** The link token of a public call: a route parameter; a preflight has none, so there it is the segment after the name of the call. */
export function tokenOf(request: FastifyRequest): string {
  const { params } = request;
  const token = typeof params === "object" && params !== null && "token" in params ? params.token : undefined;
  if (typeof token === "string") return token;
  return request.url.split("?", 1)[0]?.split("/")[4] ?? "";
}
