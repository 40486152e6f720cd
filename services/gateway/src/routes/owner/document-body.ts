import { AppError } from "@parley/contracts";
import { decodeText, type HttpApp, JSON_TYPES } from "@parley/http";
import type { FastifyRequest } from "fastify";

const YAML_TYPES = ["application/yaml", "application/x-yaml", "text/yaml"] as const;

/** Media types accepted for an agent document: inside a JSON body, or as plain YAML. */
export const DOCUMENT_TYPES = [...JSON_TYPES, ...YAML_TYPES];

/** Passes YAML on as text: the agent-runner parses it within its own limits. */
export function acceptYaml(app: HttpApp): void {
  app.addContentTypeParser([...YAML_TYPES], (request, _payload, done) => {
    try {
      done(null, decodeText(request.rawBody));
    } catch (error) {
      done(error instanceof Error ? error : new AppError("malformed_request"));
    }
  });
}

/** Whether the body is the document itself. */
export const isYaml = (request: FastifyRequest): boolean =>
  typeof request.body === "string" &&
  !(request.headers["content-type"] ?? "").toLowerCase().startsWith("application/json");
