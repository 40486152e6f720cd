import { revealLink } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { encode } from "uqr";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers, queryInteger } from "../../schemas.js";
import { linkAddress } from "./link-address.js";
import { tenantPrincipal } from "./principal.js";
import { linkParams, owner, tenantQuery } from "./schemas.js";

const query = tenantQuery.extend({
  /** Width and height in pixels; the picture scales without loss. */
  size: queryInteger(64, 4096).default(512),
  /** How much of the code may be hidden or dirty: about 7, 15, 25 or 30 %. */
  ecc: z.enum(["L", "M", "Q", "H"]).default("M"),
});
/** Readers need four empty modules around the code. */
const QUIET_MODULES = 4;
const svg = { description: "Picture", content: { "image/svg+xml": { schema: z.string() } } };

/** The link's address as a QR code. A read; editors and above, because the picture holds the token. */
export function getLinkQrRoute(app: HttpApp, { bus, config }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Draw a public link as a QR code",
    params: linkParams,
    querystring: query,
    response: answers({ 200: svg }),
  };
  app.get("/agents/:agent/public-links/:id/qr.svg", { schema, config: { role: "editor" } }, async (request, reply) => {
    const { agent, id } = request.params;
    const { token } = await bus.call(revealLink, { principal: tenantPrincipal(request), agent, id });
    const { size, ecc } = request.query;
    return reply
      .header("content-type", "image/svg+xml; charset=utf-8")
      .header("content-disposition", `inline; filename="link-${id}.svg"`)
      .header("cache-control", "no-store")
      .serializer((text: string) => text)
      .send(drawn(linkAddress(config, token), { size, ecc }));
  });
}

function drawn(address: string, { size, ecc }: { size: number; ecc: "L" | "M" | "Q" | "H" }): string {
  const code = encode(address, { ecc, boostEcc: true, border: QUIET_MODULES });
  const dark = code.data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${code.size} ${code.size}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${code.size}v${code.size}H0z"/>` +
    `<path fill="#000" d="${dark.join("")}"/></svg>`
  );
}
