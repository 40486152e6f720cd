import { AppError } from "@parley/contracts";
import { decodeText, type HttpApp, JSON_TYPES } from "@parley/http";
import type { FastifyRequest } from "fastify";

const YAML_TYPES = ["application/yaml", "application/x-yaml", "text/yaml"] as const;

/** Media types in which an agent document is taken: inside a JSON body, or as YAML by itself. */
export const DOCUMENT_TYPES = [...JSON_TYPES, ...YAML_TYPES];

/** Hands YAML on as text: the agent-runner takes it apart, within its own bounds. */
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
