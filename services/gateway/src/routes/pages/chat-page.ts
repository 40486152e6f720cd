import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { AppError, type LinkPolicy } from "@parley/contracts";
import { type HttpApp, pageCsp, serveImmutable } from "@parley/http";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../../context.js";
import { isWithinLimit } from "../../edge/address-limit.js";
import { frameAncestors } from "../../edge/origin-headers.js";
import { resolveLink } from "../../edge/resolve-link.js";
import { withPreview } from "./link-preview.js";

/** The page does not wait longer for the link's policy: it can report problems by itself. */
const LOOKUP_MS = 1_000;

/** Folder of the built page: a setting, or the installed package. */
function pageFolder(setting: string | undefined): string {
  if (setting !== undefined) return setting;
  return join(dirname(fileURLToPath(import.meta.resolve("@parley/chat-page/package.json"))), "dist");
}

/**
 * The chat page and its files. The document is the same for every link, known or not, except for the sites that may frame it and the
 * title shown in previews of its address. The page gets the rest from the public API, so a link scanner that only fetches it has no
 * effect.
 */
export async function registerChatPage(app: HttpApp, context: GatewayContext): Promise<void> {
  const { config, proofs } = context;
  const policyFor = async (request: FastifyRequest, token: string): Promise<LinkPolicy | null> =>
    (await isWithinLimit(context, request)) ? policyOf(context, request, token) : null;
  const folder = pageFolder(config.CHAT_PAGE_DIR);
  const file = join(folder, "index.html");
  const assets = join(folder, "assets");
  let page: string | undefined;
  // Without a token in the path it is in the fragment, which browsers do not send: then no link's sites are known here.
  for (const path of ["/public/chat/:token", "/public/chat"]) {
    app.get<{ Params: { token?: string } }>(path, { schema: { hide: true } }, async (request, reply) => {
      const { token } = request.params;
      if (page === undefined && !existsSync(file))
        throw new AppError("not_ready", { internal: "the chat page is not built" });
      page ??= readFileSync(file, "utf8");
      const policy = token === undefined ? null : await policyFor(request, token);
      const framers = frameAncestors(policy?.allowedDomains ?? []);
      reply.headers({
        "content-security-policy": withScriptOf(proofs.scriptOrigin, pageCsp(framers)),
        ...embeddable(proofs.scriptOrigin),
        "x-robots-tag": "noindex",
        "content-type": "text/html; charset=utf-8",
      });
      return reply.send(policy === null ? page : withPreview(page, policy));
    });
  }
  for (const path of ["/temp-chat/:token", "/chat/:token"]) {
    app.get<{ Params: { token: string } }>(path, { schema: { hide: true } }, async (request, reply) =>
      reply.redirect(`/public/chat/${encodeURIComponent(request.params.token)}`, 302),
    );
  }
  if (existsSync(assets)) await serveImmutable(app, { root: assets, prefix: "/assets/chat/assets/" });
}

/** The policy of the page's link; null without an answer in time, or for an invalid link. */
async function policyOf(context: GatewayContext, request: FastifyRequest, token: string): Promise<LinkPolicy | null> {
  try {
    const late = sleep(LOOKUP_MS, null, { ref: false });
    return await Promise.race([resolveLink(context, request, token), late]);
  } catch {
    return null;
  }
}

/**
 * An isolated host page (`Cross-Origin-Embedder-Policy: require-corp`) shows only frames that are isolated too and explicitly allow
 * it. Scripts of a challenge provider would not load in such a page.
 */
function embeddable(scriptOrigin: string | null): Record<string, string> {
  return {
    "cross-origin-resource-policy": "cross-origin",
    ...(scriptOrigin === null ? { "cross-origin-embedder-policy": "require-corp" } : {}),
  };
}

/** Allows the script of a challenge provider, if there is one, without restricting what it does with strings. */
function withScriptOf(origin: string | null, csp: string): string {
  if (origin === null) return csp;
  const directives = csp.split("; ").filter((directive) => !/^(require-)?trusted-types/.test(directive));
  const widened = directives.map((directive) =>
    directive.startsWith("script-src ") ? `${directive} ${origin}` : directive,
  );
  return [...widened, `frame-src ${origin}`].join("; ");
}
