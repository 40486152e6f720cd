import { linkSnippets, revealLink } from "@parley/contracts";
import { encode } from "uqr";
import { z } from "zod";
import { ofAgentParams, queryInteger, tenantQuery } from "../params.js";
import { linkAddress } from "./link-address.js";
import { actOn, type Deps, ownerRoute } from "./owner-route.js";

/** Scanners need four empty modules around the code. */
const QUIET_MODULES = 4;

/** The link's address as a QR code; editors and above, because the picture contains the token. */
const qrRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id/qr.svg",
  summary: "Get the QR code of a public link",
  role: "editor",
  records: actOn("link", "link.address.read"),
  params: ofAgentParams,
  query: tenantQuery.extend({
    /** Width and height in pixels; the picture scales without loss. */
    size: queryInteger(64, 4096).default(512),
    /** How much of the code may be hidden or dirty: about 7, 15, 25 or 30 %. */
    ecc: z.enum(["L", "M", "Q", "H"]).default("M"),
  }),
  answers: { 200: { description: "Image", content: { "image/svg+xml": { schema: z.string() } } } },
  handle: async ({ principal, params, query, reply }, { bus, config }: Deps<"bus" | "config">) => {
    const { token } = await bus.call(revealLink, { principal, ...params });
    return reply
      .header("content-type", "image/svg+xml; charset=utf-8")
      .header("content-disposition", `inline; filename="link-${params.id}.svg"`)
      .header("cache-control", "no-store")
      .serializer((text: string) => text)
      .send(drawQrCode(linkAddress(config, token), query));
  },
});

function drawQrCode(address: string, { size, ecc }: { size: number; ecc: "L" | "M" | "Q" | "H" }): string {
  const code = encode(address, { ecc, boostEcc: true, border: QUIET_MODULES });
  const dark = code.data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${code.size} ${code.size}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${code.size}v${code.size}H0z"/>` +
    `<path fill="#000" d="${dark.join("")}"/></svg>`
  );
}

/** Snippets that embed the chat into a page; editors and above, because they contain the token. */
const embedRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id/embed",
  summary: "Get the snippets that embed a public link",
  description:
    "`widget` puts a launcher and the chat on a page, `iframe` shows the chat page in place; both work on the sites of `allowed_domains` " +
    "and are null while the link lists none, because browsers would refuse the frame. `url` is the link's address.",
  role: "editor",
  records: actOn("link", "link.address.read"),
  params: ofAgentParams,
  answers: { 200: linkSnippets },
  handle: async ({ principal, params, reply }, { bus, config }: Deps<"bus" | "config">) => {
    const link = await bus.call(revealLink, { principal, ...params });
    const url = linkAddress(config, link.token);
    const listed = link.allowedDomains.length > 0;
    reply.header("cache-control", "no-store");
    return {
      widget: listed ? widgetSnippet(config.PUBLIC_URL, link) : null,
      iframe: listed ? frameSnippet(url, link.title) : null,
      url,
      allowed_domains: link.allowedDomains,
    };
  },
});

/** `async`: the page does not wait for it. */
function widgetSnippet(server: string, { token, colour }: { token: string; colour: string | null }): string {
  const look = colour === null ? "" : ` data-color="${inAttribute(colour)}"`;
  return `<script src="${inAttribute(server)}/widget.js" data-link="${inAttribute(token)}"${look} async></script>`;
}

const frameSnippet = (url: string, title: string): string =>
  `<iframe src="${inAttribute(url)}" title="${inAttribute(title)}" width="400" height="600" style="border:0" loading="lazy"></iframe>`;

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const inAttribute = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

export const linkSharingRoutes = [qrRoute, embedRoute];
