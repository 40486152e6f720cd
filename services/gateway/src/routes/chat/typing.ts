import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { tellTyping } from "../../streams/tell-typing.js";
import { answers } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { signedAccess } from "./access.js";

/** Shows the visitor that somebody on this side is typing. Not stored, may get lost. */
export function typingRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Send a typing notice",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams,
    body: z.strictObject({ active: z.boolean() }),
    response: answers({ 200: z.object({ success: z.literal(true) }) }),
  };
  app.post("/sessions/:id/typing", { schema, config: { role: "operator" } }, async (request) => {
    const access = signedAccess(request, request.params.id);
    await takeSignalRate(context, access, "typing");
    await tellTyping(context, access, { who: "agent", active: request.body.active });
    return { success: true };
  });
}
