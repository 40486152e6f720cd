import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { tellTyping } from "../../streams/tell-typing.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

const body = z.object({ active: z.boolean() });

/** Tells whoever watches the conversation from the other side that the visitor writes. Not stored, may get lost. */
export function visitorTypingRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Tell that one is typing",
    tags: ["public"],
    params: tokenParams,
    body,
    response: answers({ 200: z.object({ success: z.literal(true) }) }),
  };
  app.post("/typing/:token", { schema, config: { checksOrigin: true, session: "needed" } }, async (request) => {
    const access = requireSession(request.visit);
    await takeSignalRate(context, access, "typing");
    await tellTyping(context, access, { who: "visitor", active: request.body.active });
    return { success: true };
  });
}
