import { AppError, addKnowledge, KNOWLEDGE_MAX_BYTES } from "@parley/contracts";
import { type HttpApp, JSON_TYPES } from "@parley/http";
import type { FastifyRequest } from "fastify";
import type { GatewayContext } from "../../deps.js";
import { markReplay, ownerRepeatable } from "../../edge/idempotency.js";
import { withAllowed } from "../../files/allowed-file.js";
import { KNOWLEDGE_TYPES, readKnowledgeForm } from "../../files/knowledge-form.js";
import { sendKnowledge } from "../../files/send-knowledge.js";
import { answers } from "../../schemas.js";
import { addKnowledgeBody, knowledgeAdded } from "./knowledge-schemas.js";
import { tenantPrincipal } from "./principal.js";
import { agentParams, owner, tenantQuery } from "./schemas.js";

/** 10 MB as base64, and the JSON around it. */
const BODY_LIMIT_BYTES = 14_000_000;
/** As much as any other address reads before it knows the caller. */
const UNKNOWN_CALLER_BYTES = 262_144;
const FORM = "multipart/form-data";
const ALLOWED = { types: KNOWLEDGE_TYPES, maxBytes: KNOWLEDGE_MAX_BYTES };

/**
 * Adds a document to an agent's knowledge base, or a new revision of the one with this name. Idempotent by `Idempotency-Key`, else by the
 * signature, and by content: the same bytes under the same name are `unchanged`.
 */
export function addKnowledgeRoute(app: HttpApp, context: GatewayContext): void {
  void app.register(async (scope: HttpApp) => {
    // The body is read already, and its signature checked: the parser sees the bytes that were verified.
    scope.addContentTypeParser(FORM, (request: FastifyRequest) =>
      readKnowledgeForm(request.rawBody, request.headers["content-type"] ?? "").catch((error: unknown) => {
        throw withAllowed(error, ALLOWED);
      }),
    );
    route(scope, context);
  });
}

function route(app: HttpApp, { bus, credentials }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Add a document to the knowledge base",
    description:
      "Markdown, text and HTML as text, PDF as base64 with `encoding`; or multipart/form-data with the part `file` and any of the fields " +
      "`name`, `media_type`, `language`: the type is then found out from the bytes. At most 10 MB. A body above 256 KiB needs a bearer token. " +
      "Versions that exist and are not the newest keep the documents they had.",
    params: agentParams,
    querystring: tenantQuery,
    body: addKnowledgeBody,
    response: answers({ 200: knowledgeAdded, 201: knowledgeAdded }),
  };
  // Bodies are read before signatures can be checked: a large one only from a caller whose token is known to hold.
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    const length = Number(request.headers["content-length"] ?? Number.POSITIVE_INFINITY);
    if (length <= UNKNOWN_CALLER_BYTES) return;
    const token = /^Bearer ([A-Za-z0-9_]{1,128})$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined) throw new AppError("body_too_large");
    if ((await credentials.tokenPrincipal(token)) === null) throw new AppError("invalid_token");
  };
  const config = { role: "editor" as const, mediaTypes: [...JSON_TYPES, FORM], repeatable: true };
  app.post(
    "/agents/:agent/knowledge",
    { schema, config, onRequest, bodyLimit: BODY_LIMIT_BYTES },
    async (request, reply) => {
      const principal = tenantPrincipal(request);
      const { name, content: given, encoding, media_type: mediaType, language } = request.body;
      const content = contentOf(given, encoding);
      const upload = await sendKnowledge(bus, principal, content);
      const document = { name, mediaType, language, ...ownerRepeatable(request) };
      const call = { principal, agent: request.params.agent, ...upload, ...document };
      const { status, document: added, replayed } = await bus.call(addKnowledge, call);
      markReplay(request, reply, replayed);
      return reply.code(status === "created" ? 201 : 200).send({ ...added, result: status });
    },
  );
}

function contentOf(given: string, encoding: "text" | "base64"): Buffer {
  const content = Buffer.from(given, encoding === "text" ? "utf8" : "base64");
  // The decoder skips what is no base64 instead of refusing it.
  const isWhole =
    encoding === "text" || content.toString("base64").replace(/=+$/, "") === given.replace(/[\r\n=]+/g, "");
  if (!isWhole || content.length === 0) {
    const errors = [{ pointer: "/content", rule: "base64", message: "must be base64" }];
    throw new AppError("validation_failed", { errors });
  }
  if (content.length > KNOWLEDGE_MAX_BYTES) throw withAllowed(new AppError("body_too_large"), ALLOWED);
  return content;
}
