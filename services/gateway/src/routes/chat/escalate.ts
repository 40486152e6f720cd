import { escalateSession, wishForHuman } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { answers } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { signedAccess } from "./access.js";

const body = z.strictObject(wishForHuman);

/** Asks for a human in a session. Idempotent by state: a second request joins the first and adds its metadata. */
export function escalateSessionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "Escalate to a human",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams,
    body: body.default({}),
    response: answers({
      200: z.object({
        escalation_id: z.uuid(),
        status: z.enum(["open", "assigned", "resolved"]),
        reason: z.string().nullable(),
        created_at: z.string(),
      }),
    }),
  };
  app.post("/sessions/:id/escalate", { schema, config: { role: "operator" } }, async (request) => {
    const access = signedAccess(request, request.params.id);
    const { reason, metadata } = request.body;
    const call = { access, source: "api" as const, reason: reason ?? null, metadata: metadata ?? {} };
    const { escalation } = await bus.call(escalateSession, call);
    const { id, status, created_at } = escalation;
    return { escalation_id: id, status, reason: escalation.reason, created_at };
  });
}
