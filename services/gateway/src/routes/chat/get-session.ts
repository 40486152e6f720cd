import { getSession, sessionResource } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../../context.js";
import { wireSession } from "../../streams/audience.js";
import { answers } from "../declare-route.js";
import { sessionParams } from "../params.js";
import { signedAccess } from "./access.js";

/** Status and collected data of a session. A read. */
export function getSessionRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    summary: "Get session status",
    tags: ["chat"],
    security: [{ hmac: [] }],
    params: sessionParams,
    response: answers({ 200: sessionResource }),
  };
  app.get("/sessions/:id", { schema }, async (request) => {
    const { session } = await bus.call(getSession, { access: signedAccess(request, request.params.id) });
    return wireSession(session, "api");
  });
}
