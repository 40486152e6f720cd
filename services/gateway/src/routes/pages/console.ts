import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "@parley/contracts";
import { type HttpApp, pageCsp, serveImmutable } from "@parley/http";

const built = join(dirname(createRequire(import.meta.url).resolve("@parley/console/package.json")), "dist");

/**
 * No page may frame the console. It frames the chat page as the preview of a link. Its scripts may not turn text into code or markup,
 * except sanitized user text and the one worker, whose policy fixes its address.
 */
const CSP = `${pageCsp("'none'", "dompurify parley-push-worker")}; frame-src 'self'`;

/**
 * The owner console and its files. The document is the same for everybody and every address under `/console`: the management API
 * decides who may see what, and the page calls it with the user's sign-in.
 */
export async function registerConsole(app: HttpApp, { folder = built }: { folder?: string } = {}): Promise<void> {
  const file = join(folder, "index.html");
  const assets = join(folder, "assets");
  let page: string | undefined;

  const worker = join(folder, "push-worker.js");
  app.get("/console/push-worker.js", { schema: { hide: true } }, async (_request, reply) => {
    if (!existsSync(worker)) throw new AppError("not_ready", { internal: "the console is not built" });
    reply.headers({
      "content-security-policy": "default-src 'none'",
      "cache-control": "no-cache",
      "content-type": "text/javascript; charset=utf-8",
    });
    return reply.send(readFileSync(worker, "utf8"));
  });
  for (const path of ["/console", "/console/*"]) {
    app.get(path, { schema: { hide: true } }, async (_request, reply) => {
      if (page === undefined && !existsSync(file))
        throw new AppError("not_ready", { internal: "the console is not built" });
      page ??= readFileSync(file, "utf8");
      reply.headers({
        "content-security-policy": CSP,
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
        "content-type": "text/html; charset=utf-8",
      });
      return reply.send(page);
    });
  }
  if (existsSync(assets)) await serveImmutable(app, { root: assets, prefix: "/assets/console/assets/" });
}
