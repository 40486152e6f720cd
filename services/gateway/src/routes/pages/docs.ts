import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { AppError } from "@parley/contracts";
import { type HttpApp, pageCsp, serveImmutable } from "@parley/http";

const built = join(dirname(createRequire(import.meta.url).resolve("@parley/docs/package.json")), "dist");

/** Nobody may frame the documentation, and its script makes no markup of text. */
const CSP = pageCsp("'none'", "'none'");
/** Addresses of pages are words, at most one folder deep. */
const PAGE = /^[a-z0-9-]+(\/[a-z0-9-]+)?$/;

/** The guides and the reference, which the build has made; the same for everybody. */
export async function registerDocs(app: HttpApp): Promise<void> {
  const pages = new Map<string, string>();
  const page = async (path: string): Promise<string> => {
    const known = pages.get(path);
    if (known !== undefined) return known;
    if (!existsSync(join(built, "pages/index.html")))
      throw new AppError("not_ready", { internal: "the documentation is not built" });
    const file = join(built, `pages/${path}.html`);
    if (!PAGE.test(path) || !existsSync(file)) throw new AppError("not_found");
    const html = await readFile(file, "utf8");
    pages.set(path, html);
    return html;
  };
  for (const address of ["/docs", "/docs/*"]) {
    app.get<{ Params: { "*"?: string } }>(address, { schema: { hide: true } }, async ({ params }, reply) => {
      const html = await page(params["*"] || "index");
      reply.headers({
        "content-security-policy": CSP,
        "cache-control": "public, max-age=300",
        "content-type": "text/html; charset=utf-8",
      });
      return reply.send(html);
    });
  }
  const assets = join(built, "assets");
  if (existsSync(assets)) await serveImmutable(app, { root: assets, prefix: "/assets/docs/assets/" });
}
