import { parseOrRefuse, validateAgent, validateAgentBody } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers } from "../../schemas.js";
import { DOCUMENT_TYPES, isYaml } from "./document-body.js";
import { owner, validated } from "./schemas.js";

/** Checks a document without storing it. A read. */
export function validateAgentRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Validate an agent document",
    description: "`application/yaml` takes the document itself.",
    body: z.unknown().meta({ description: "`{document}`, or YAML text" }),
    response: answers({ 200: validated }),
  };
  app.post("/agents/validate", { schema, config: { reads: true, mediaTypes: DOCUMENT_TYPES } }, async (request) => {
    const document = isYaml(request) ? request.body : parseOrRefuse(validateAgentBody, request.body).document;
    return bus.call(validateAgent, { document });
  });
}
