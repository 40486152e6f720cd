import type { HttpApp } from "@parley/http";

/** There is nothing at the root; people who open it most likely look for the documentation. */
export function registerLanding(app: HttpApp): void {
  app.get("/", { schema: { hide: true } }, async (_request, reply) => reply.redirect("/docs", 302));
}
