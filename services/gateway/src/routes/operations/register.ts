import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";

const alive = z.object({ status: z.literal("ok") });
const check = z.object({ ok: z.boolean(), detail: z.string().optional() });
const readiness = z.object({ ready: z.boolean(), checks: z.record(z.string(), check) });

/** Liveness never depends on a dependency; readiness does. */
export function registerOperations(app: HttpApp, context: GatewayContext): void {
  const config = { neverShed: true };
  for (const path of ["/healthz", "/health"]) {
    const schema = { tags: ["operations"], summary: "Liveness", response: { 200: alive } };
    app.get(path, { schema, config }, async () => ({ status: "ok" as const }));
  }
  const schema = { tags: ["operations"], summary: "Readiness", response: { 200: readiness, 503: readiness } };
  app.get("/readyz", { schema, config }, async (_request, reply) => {
    const answer = await context.readiness();
    return reply.code(answer.ready ? 200 : 503).send(answer);
  });
}
