import { extendSession } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { markReplay, signedRepeatable } from "../../edge/idempotency.js";
import { answers } from "../../schemas.js";
import { sessionParams } from "../chat/schemas.js";
import { tenantPrincipal } from "./principal.js";
import { owner, tenantQuery } from "./schemas.js";

const extended = z.object({ session_id: z.string(), expires_at: z.string().nullable(), idle_expires_at: z.string() });

/** Gives a session more time. Idempotent by `Idempotency-Key`, else by the signature; without them each call adds. */
export function extendSessionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Extend a session",
    description: "Moves its expiry, never beyond that of its link, and makes its idle time longer.",
    params: sessionParams,
    querystring: tenantQuery,
    body: z.strictObject({ minutes: z.int().min(1).max(1440) }),
    response: answers({ 200: extended }),
  };
  app.post(
    "/sessions/:id/extend",
    { schema, config: { role: "operator", repeatable: true } },
    async (request, reply) => {
      const { tenantId } = tenantPrincipal(request);
      const access = { type: "hmac", tenantId, sessionId: request.params.id } as const;
      const { minutes } = request.body;
      const answer = await bus.call(extendSession, { access, minutes, ...signedRepeatable(request) });
      markReplay(request, reply, answer.replayed);
      return { session_id: answer.sessionId, expires_at: answer.expiresAt, idle_expires_at: answer.idleExpiresAt };
    },
  );
}
