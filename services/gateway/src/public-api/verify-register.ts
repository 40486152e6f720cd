import { type HttpApp, hasBody, JSON_TYPES, notFound, requireMediaType } from "@parley/http";
import type { GatewayContext } from "../deps.js";
import { confirmAddressRoute } from "./verify-confirm.js";
import { requestCodeRoute } from "./verify-request.js";
import { takeAddress } from "./visit.js";

/** Confirmation of addresses. Its link token travels in the body, so the link is looked up after parsing. */
export async function registerVerification(app: HttpApp, context: GatewayContext): Promise<void> {
  app.decorateRequest("visit");
  app.addHook("preParsing", async (request) => {
    await takeAddress(context, request);
    if (request.is404) throw notFound(request);
    if (hasBody(request.headers)) requireMediaType(request.headers["content-type"], JSON_TYPES);
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
  requestCodeRoute(app, context);
  confirmAddressRoute(app, context);
}
