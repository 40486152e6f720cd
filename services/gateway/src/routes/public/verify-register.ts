import { type HttpApp, hasBody, JSON_TYPES, notFound, requireMediaType } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { guardAddresses } from "../../edge/address-limit.js";
import { answerPreflight, isPreflight } from "../../edge/origin-headers.js";
import { confirmAddressRoute } from "./verify-confirm.js";
import { requestCodeRoute } from "./verify-request.js";

/** Confirmation of addresses. Its link token is in the body, so the link is looked up after parsing. */
export async function registerVerification(app: HttpApp, context: GatewayContext): Promise<void> {
  app.decorateRequest("visit");
  app.decorateRequest("suspicion", 0);
  guardAddresses(app, context);
  app.addHook("preParsing", async (request, reply, payload) => {
    if (isPreflight(request)) {
      // The link is in the body that comes later: which sites may read and send is decided then.
      reply.header("access-control-allow-origin", request.headers.origin);
      answerPreflight(reply, true);
      return payload;
    }
    if (request.is404) throw notFound(request);
    if (hasBody(request.headers)) requireMediaType(request.headers["content-type"], JSON_TYPES);
    return payload;
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
  requestCodeRoute(app, context);
  confirmAddressRoute(app, context);
}
