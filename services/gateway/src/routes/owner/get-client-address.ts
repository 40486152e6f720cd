import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { owner, tenantQuery } from "./schemas.js";

const shown = z.object({
  client_address: z.string().describe("What limits and address lists of links count this caller as"),
  connected_from: z.string().describe("The other end of the connection: the caller, or the proxy before the gateway"),
  forwarded_for: z.string().nullable().describe("`X-Forwarded-For` as it arrived"),
});

/** How this gateway sees the caller: whether TRUSTED_PROXIES fits what stands before it. A read. */
export function getClientAddressRoute(app: HttpApp, _context: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get the address of the caller",
    querystring: tenantQuery,
    response: answers({ 200: shown }),
  };
  app.get("/client-address", { schema }, async (request) => {
    const forwarded = request.headers["x-forwarded-for"];
    return {
      client_address: request.clientAddress,
      connected_from: request.socket.remoteAddress ?? "unknown",
      forwarded_for: forwarded === undefined ? null : String(forwarded),
    };
  });
}
