import {
  AppError,
  addKnowledge,
  addKnowledgeBody,
  deleted,
  deleteKnowledge,
  getKnowledge,
  KNOWLEDGE_MAX_BYTES,
  knowledgeAdded,
  knowledgeDocument,
  knowledgeFound,
  knowledgeIngestion,
  knowledgeWithPassages,
  listKnowledge,
  pageOf,
  searchKnowledge,
  searchKnowledgeBody,
} from "@parley/contracts";
import { type HttpApp, JSON_TYPES } from "@parley/http";
import type { FastifyRequest } from "fastify";
import { requireKnownForLargeBody } from "../../edge/callers/large-body.js";
import { withAllowed } from "../../files/allowed-file.js";
import { KNOWLEDGE_TYPES, readKnowledgeForm } from "../../files/knowledge-form.js";
import { sendKnowledge } from "../../files/send-knowledge.js";
import { agentParams, ofAgentParams, pageQuery, queryInteger, tenantQuery } from "../params.js";
import { type Deps, ownerRoute, wirePage } from "./owner-route.js";

/** 10 MB as base64, and the JSON around it. */
const BODY_LIMIT_BYTES = 14_000_000;
const FORM = "multipart/form-data";
const ALLOWED = { types: KNOWLEDGE_TYPES, maxBytes: KNOWLEDGE_MAX_BYTES };

type AddDeps = Deps<"bus" | "credentials" | "config">;

/**
 * Adds a document to an agent's knowledge base, or a new revision of the one with this name. Idempotent by `Idempotency-Key`,
 * else by the signature, and by content: the same bytes under the same name are `unchanged`.
 */
const addRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/knowledge",
  summary: "Add a document to the knowledge base",
  description:
    "Markdown, text and HTML as text, PDF as base64 with `encoding`; or multipart/form-data with the part `file` and any of the fields " +
    "`name`, `media_type`, `language`: the type is then found out from the bytes. At most 10 MB. A body above 256 KiB needs a bearer token or a session of the console. " +
    "Versions that exist and are not the newest keep the documents they had.",
  role: "editor",
  config: { mediaTypes: [...JSON_TYPES, FORM], repeatable: true },
  bodyLimit: BODY_LIMIT_BYTES,
  onRequest: (request, deps: AddDeps) => requireKnownForLargeBody(request, deps),
  params: agentParams,
  body: addKnowledgeBody,
  answers: { 200: knowledgeAdded, 201: knowledgeAdded },
  handle: async ({ principal, params, body, repeatable, markReplay, reply }, { bus }: AddDeps) => {
    const { name, content, encoding, media_type: mediaType, language } = body;
    const upload = await sendKnowledge(bus, principal, contentOf(content, encoding));
    const call = { principal, ...params, ...upload, name, mediaType, language, ...repeatable };
    const { status, document, replayed } = await bus.call(addKnowledge, call);
    markReplay(replayed);
    reply.code(status === "created" ? 201 : 200);
    return { ...document, result: status };
  },
});

function contentOf(given: string, encoding: "text" | "base64"): Buffer {
  const content = Buffer.from(given, encoding === "text" ? "utf8" : "base64");
  // The decoder skips invalid base64 instead of refusing it.
  const isWhole =
    encoding === "text" || content.toString("base64").replace(/=+$/, "") === given.replace(/[\r\n=]+/g, "");
  if (!isWhole || content.length === 0) {
    const errors = [{ pointer: "/content", rule: "base64", message: "must be base64" }];
    throw new AppError("validation_failed", { errors });
  }
  if (content.length > KNOWLEDGE_MAX_BYTES) throw withAllowed(new AppError("body_too_large"), ALLOWED);
  return content;
}

/** Also accepts a form: its parser is registered for this one route. */
function addWithForm(app: HttpApp, deps: AddDeps): void {
  void app.register(async (scope: HttpApp) => {
    // The body was already read and its signature checked: the parser gets the verified bytes.
    scope.addContentTypeParser(FORM, (request: FastifyRequest) =>
      readKnowledgeForm(request.rawBody, request.headers["content-type"] ?? "").catch((error: unknown) => {
        throw withAllowed(error, ALLOWED);
      }),
    );
    addRoute(scope, deps);
  });
}

/** Documents that the newest version of an agent sees, and with the first page those that are still being processed. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/knowledge",
  summary: "List the knowledge base",
  params: agentParams,
  query: pageQuery,
  answers: { 200: pageOf(knowledgeDocument).extend({ ingesting: knowledgeIngestion.array() }) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) => {
    const { ingesting = [], ...page } = await bus.call(listKnowledge, { principal, ...params, limit, cursor });
    return { ...wirePage(page), ingesting };
  },
});

/** One document with the passages it was cut into, 100 at a time. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/knowledge/:id",
  summary: "Read a document of the knowledge base",
  params: ofAgentParams,
  query: tenantQuery.extend({ after: queryInteger(0, 1_000_000).optional() }),
  answers: { 200: knowledgeWithPassages },
  handle: async ({ principal, params, query: { after = -1 } }, { bus }) => {
    const { document, passages, next } = await bus.call(getKnowledge, { principal, ...params, after });
    return { ...document, passages, next_after: next };
  },
});

/** Removes a document, all its revisions, for all versions at once. Idempotent by state: a second delete is `document_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/agents/:agent/knowledge/:id",
  summary: "Remove a document from the knowledge base",
  role: "editor",
  params: ofAgentParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => bus.call(deleteKnowledge, { principal, ...params }),
});

/** Searches as an answer would, and shows the results with scores and ranks of each method. */
const searchRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/knowledge/search",
  summary: "Test the retrieval",
  description: "Searches the documents that `version` sees; without it, the newest.",
  config: { reads: true },
  params: agentParams,
  body: searchKnowledgeBody,
  answers: { 200: knowledgeFound },
  handle: async ({ principal, params, body }, { bus }) => {
    const { query: text, mode, version = null, ...settings } = body;
    const query = { text, search_mode: mode, ...settings };
    const found = await bus.call(searchKnowledge, { principal, ...params, version, query });
    const { search_mode, warning, passages, embedding = null } = found;
    return { mode: search_mode, warning, passages, embedding };
  },
});

export const knowledgeRoutes = [addWithForm, listRoute, getRoute, deleteRoute, searchRoute];
