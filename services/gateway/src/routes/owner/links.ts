import {
  bulkLinkResult,
  bulkLinks,
  bulkLinksBody,
  createdLink,
  createLink,
  createLinkBody,
  deletedLink,
  deleteLink,
  getLink,
  link,
  listLinks,
  listSessions,
  pageOf,
  sessionResource,
  sessionStatus,
  updateLink,
  updateLinkBody,
} from "@parley/contracts";
import { z } from "zod";
import { ownedSession } from "../../streams/audience.js";
import { agentParams, ofAgentParams, pageQuery, queryInteger } from "../params.js";
import { linkAddress } from "./link-address.js";
import { type Deps, ownerRoute, wirePage } from "./owner-route.js";

/** Public links of an agent, newest first, by cursor or offset. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links",
  summary: "List public links",
  description: "Newest first. A logo that is an image within its link is left out of `branding`; one link has it.",
  params: agentParams,
  query: pageQuery.extend({
    offset: queryInteger(0, 1_000_000).optional(),
    include_inactive: z.enum(["true", "false"]).default("true"),
  }),
  answers: { 200: pageOf(link).extend({ total: z.int().min(0) }) },
  handle: async ({ principal, params, query }, { bus }) => {
    const { limit, offset, cursor, include_inactive } = query;
    const page = { limit, offset, cursor, includeInactive: include_inactive === "true" };
    const { total, ...found } = await bus.call(listLinks, { principal, ...params, ...page });
    return { ...wirePage(found), total };
  },
});

/** Creates a public link; only this answer holds its token and address. Idempotent by `Idempotency-Key`, else by the signature. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/public-links",
  summary: "Create a public link",
  description:
    "`template` names a template (`GET /api/link-templates`); fields of the body win over its fields, nested objects as a whole. Token and address are in this answer only; lists show a hint.",
  role: "editor",
  config: { repeatable: true },
  params: agentParams,
  body: createLinkBody,
  answers: { 201: createdLink },
  handle: async (
    { principal, params, body, repeatable: { idempotency, signature }, markReplay },
    { bus, config }: Deps<"bus" | "config">,
  ) => {
    // The links service compares bodies field by field, so it needs the key without the fingerprint of the bytes.
    const call = { principal, ...params, body, idempotencyKey: idempotency?.key, signature };
    const { link: created, token, replayed } = await bus.call(createLink, call);
    markReplay(replayed);
    return { ...created, token, url: linkAddress(config, token) };
  },
});

/** Creates, changes and disables up to 500 links, each with its own outcome. Idempotent by `Idempotency-Key`, else by the signature. */
const bulkRoute = ownerRoute({
  method: "POST",
  path: "/agents/:agent/public-links/bulk",
  summary: "Create, update and deactivate many public links",
  description:
    "1 to 500 items in all, each done or refused by itself; `recipients` makes every link of `create` once per recipient. Items are bodies as in `POST` and `PUT …/public-links`. `index` counts within the list that `action` names; token and url are in this answer only.",
  role: "editor",
  config: { repeatable: true },
  params: agentParams,
  body: bulkLinksBody,
  answers: { 200: z.object({ results: z.array(bulkLinkResult.extend({ url: z.string().optional() })) }) },
  handle: async (
    { principal, params, body, repeatable: { idempotency, signature }, markReplay },
    { bus, config }: Deps<"bus" | "config">,
  ) => {
    const call = { principal, ...params, body, idempotencyKey: idempotency?.key, signature };
    const { results, replayed } = await bus.call(bulkLinks, call);
    markReplay(replayed);
    const withAddress = ({ token, ...result }: (typeof results)[number]) =>
      token === undefined ? result : { ...result, token, url: linkAddress(config, token) };
    return { results: results.map(withAddress) };
  },
});

/** One public link with its use so far. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id",
  summary: "Get a public link",
  params: ofAgentParams,
  answers: { 200: link },
  handle: async ({ principal, params }, { bus }) => (await bus.call(getLink, { principal, ...params })).link,
});

/** Changes the given fields of a public link, never its token. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PUT",
  path: "/agents/:agent/public-links/:id",
  summary: "Update a public link",
  description:
    "Changes the given fields, never the token. Nested objects (`branding`, `budget`, `file_uploads`, `recipient`, `metadata`) are replaced as a whole; null takes away what may be null. Expiry, `max_messages_per_session` and `session_timeout_minutes` reach sessions that are running, within a second; version, prompts and first message stay as they were when a session began.",
  role: "editor",
  params: ofAgentParams,
  body: updateLinkBody,
  answers: { 200: link },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateLink, { principal, ...params, body })).link,
});

/** Deletes a public link and ends its live sessions. Idempotent by state: a second delete is `link_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/agents/:agent/public-links/:id",
  summary: "Delete a public link",
  role: "editor",
  params: ofAgentParams,
  answers: { 200: deletedLink },
  handle: async ({ principal, params }, { bus }) => {
    const { deleted, sessionsEnded } = await bus.call(deleteLink, { principal, ...params });
    return { deleted, sessions_ended: sessionsEnded };
  },
});

/** Sessions of one link, newest first, without their content. */
const sessionsRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id/sessions",
  summary: "List the sessions of a public link",
  params: ofAgentParams,
  query: pageQuery.extend({ status: sessionStatus.optional() }),
  answers: { 200: pageOf(sessionResource) },
  handle: async ({ principal, params, query: { status, limit, cursor } }, { bus }) => {
    // The links service decides whether the link exists and is the tenant's.
    await bus.call(getLink, { principal, ...params });
    const page = await bus.call(listSessions, { principal, linkId: params.id, status, limit, cursor });
    return wirePage({ ...page, data: page.data.map((session) => ownedSession(session, principal.role)) });
  },
});

export const linkRoutes = [listRoute, createRoute, bulkRoute, getRoute, updateRoute, deleteRoute, sessionsRoute];
