import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { tellRead, tellTyping } from "../../streams/tell-typing.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

const body = z.object({ active: z.boolean() });

/** Shows observers on the other side that the visitor is typing. Not stored, may get lost. */
export function visitorTypingRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Send a typing notice",
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

const readBody = z.object({
  message_id: z.string().min(1).max(128).describe("`<turn id>.<part>`, as in ratings, or the id of the history"),
});

/** Shows observers on the other side up to which message the visitor has read. Not stored, may get lost. */
export function visitorReadRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Send a read receipt",
    tags: ["public"],
    params: tokenParams,
    body: readBody,
    response: answers({ 200: z.object({ success: z.literal(true) }) }),
  };
  app.post("/read/:token", { schema, config: { checksOrigin: true, session: "needed" } }, async (request) => {
    const access = requireSession(request.visit);
    await takeSignalRate(context, access, "read");
    await tellRead(context, access, { who: "visitor", messageId: request.body.message_id });
    return { success: true };
  });
}
