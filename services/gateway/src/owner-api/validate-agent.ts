import { validateAgent, validateAgentBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import type { GatewayContext } from "../deps.js";
import { answers } from "../schemas.js";
import { owner, validated } from "./schemas.js";

/** Checks a document without storing it. A read. */
export function validateAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Validate an agent document",
    body: validateAgentBody,
    response: answers({ 200: validated }),
  };
  app.post("/agents/validate", { schema, config: { reads: true } }, async (request) =>
    bus.call(validateAgent, { document: request.body.document }),
  );
}
