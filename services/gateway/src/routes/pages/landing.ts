import type { HttpApp } from "@parley/http";

/** Nothing lives at the root; people who try it most likely look for the documentation. */
export function registerLanding(app: HttpApp): void {
  app.get("/", { schema: { hide: true } }, async (_request, reply) => reply.redirect("/docs", 302));
}
