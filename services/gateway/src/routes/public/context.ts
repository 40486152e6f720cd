import { pageContextBody, setPageContext, succeeded } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { takeSignalRate } from "../../edge/signal-rate.js";
import { requireSession } from "../../edge/visit.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

/** Stores the context from the page around a widget. Idempotent: the last write wins. */
export function setPageContextRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Set the page context of a widget",
    description:
      "Replaces what was told before; null forgets it. The model reads it beside the visitor's newest message, quoted, as data that nobody vouches for.",
    tags: ["public"],
    params: tokenParams,
    body: pageContextBody,
    response: answers({ 200: succeeded }),
  };
  app.put("/context/:token", { schema, config: { checksOrigin: true, session: "needed" } }, async (request) => {
    const access = requireSession(request.visit);
    await takeSignalRate(context, access, "context");
    await context.bus.call(setPageContext, { access, data: request.body.data });
    return { success: true };
  });
}
