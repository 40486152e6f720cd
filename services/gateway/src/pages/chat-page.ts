import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "@parley/contracts";
import { type HttpApp, pageCsp, serveImmutable } from "@parley/http";
import type { GatewayContext } from "../deps.js";

/** Folder of the built page: a setting, or the installed package. */
function pageFolder(setting: string | undefined): string {
  if (setting !== undefined) return setting;
  return join(dirname(fileURLToPath(import.meta.resolve("@parley/chat-page/package.json"))), "dist");
}

/**
 * The chat page and its files. The document is the same for every link and looks nothing up: the page asks the public API,
 * so a link scanner that only fetches it learns nothing and uses nothing.
 */
export async function registerChatPage(app: HttpApp, { config }: GatewayContext): Promise<void> {
  const folder = pageFolder(config.CHAT_PAGE_DIR);
  const file = join(folder, "index.html");
  const assets = join(folder, "assets");
  let page: string | undefined;
  const csp = pageCsp();

  app.get("/public/chat/:token", { schema: { hide: true } }, async (_request, reply) => {
    if (page === undefined && !existsSync(file))
      throw new AppError("not_ready", { internal: "the chat page is not built" });
    page ??= readFileSync(file, "utf8");
    reply.headers({
      "content-security-policy": csp,
      "x-robots-tag": "noindex",
      "content-type": "text/html; charset=utf-8",
    });
    return reply.send(page);
  });
  for (const path of ["/temp-chat/:token", "/chat/:token"]) {
    app.get<{ Params: { token: string } }>(path, { schema: { hide: true } }, async (request, reply) =>
      reply.redirect(`/public/chat/${encodeURIComponent(request.params.token)}`, 302),
    );
  }
  if (existsSync(assets)) await serveImmutable(app, { root: assets, prefix: "/assets/chat/assets/" });
}
