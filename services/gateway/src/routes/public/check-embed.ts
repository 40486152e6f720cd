import { embedCheck } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { z } from "zod";
import type { GatewayContext } from "../../context.js";
import { mayFrame } from "../../edge/origin.js";
import { answers } from "../declare-route.js";
import { tokenParams } from "../params.js";

/**
 * Why a frame of the chat stays empty on the calling site. Browsers tell a host page nothing about a frame that `frame-ancestors`
 * refuses, so the widget asks. A read, also for sites that the link does not list: they learn only that they are not listed.
 */
export function checkEmbedRoute(app: HttpApp, context: GatewayContext): void {
  const schema = {
    summary: "Check whether a site may embed a link",
    tags: ["public"],
    params: tokenParams,
    response: answers({ 200: embedCheck }),
  };
  app.get(
    "/embed/:token",
    {
      schema,
      // Set before anything can refuse: the widget must be able to read refusals, too.
      onRequest: async (_request, reply) => void reply.header("access-control-allow-origin", "*"),
    },
    async (request): Promise<z.output<typeof embedCheck>> => {
      if (mayFrame(context, request)) return { allowed: true, code: null };
      context.security.note(request, request.visit.policy, { kind: "origin_refused", scope: "frame" });
      return { allowed: false, code: "origin_not_allowed" };
    },
  );
}
