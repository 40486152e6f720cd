import staticPlugin from "@fastify/static";
import type { HttpApp } from "./http-app.js";

/** Serves a folder of content-hashed files: they never change, so they may be kept for a year. Compressed where the caller takes it. Missing files are 404. */
export async function serveImmutable(app: HttpApp, options: { root: string; prefix: string }): Promise<void> {
  await app.register(staticPlugin, {
    root: options.root,
    prefix: options.prefix,
    decorateReply: false,
    index: false,
    dotfiles: "deny",
    cacheControl: false,
    // The build lays `.br` and `.gz` beside each file; nothing is compressed while somebody waits.
    preCompressed: true,
    setHeaders: (reply) => {
      reply.header("cache-control", "public, max-age=31536000, immutable");
    },
    schemaHide: true,
  });
}
