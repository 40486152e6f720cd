import { escalateSession } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { answers } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { signedAccess } from "./access.js";

const METADATA_BYTES = 8_192;

const body = z.strictObject({
  reason: z
    .string()
    .max(1000)
    .refine((text) => !text.includes("\u0000"), { message: "must not contain NUL" })
    .nullish(),
  metadata: z
    .record(z.string(), z.unknown())
    .refine((given) => JSON.stringify(given).length <= METADATA_BYTES, { message: "must be at most 8 KiB as JSON" })
    .refine((given) => !JSON.stringify(given).includes("\\u0000"), { message: "must not contain NUL" })
    .optional(),
});

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
