import {
  createLinkTemplate,
  createLinkTemplateBody,
  deleted,
  deleteLinkTemplate,
  getLinkTemplate,
  linkTemplate,
  listLinkTemplates,
  pageOf,
  updateLinkTemplate,
  updateLinkTemplateBody,
} from "@parley/contracts";
import { linkTemplateParams, pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** The built-in templates on the first page, then the tenant's own by name. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/link-templates",
  summary: "List link templates",
  description:
    "The first page also holds the built-in ones: daily_checkin, customer_support, anonymous_feedback, onboarding.",
  query: pageQuery,
  answers: { 200: pageOf(linkTemplate) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listLinkTemplates, { principal, limit, cursor })),
});

/** Creates a template of the tenant. Idempotent by `Idempotency-Key`, else by the signature; a repeated name gets `name_taken`. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/link-templates",
  summary: "Create a link template",
  description:
    "A name and the fields of a link, except those of one link alone: `pin`, `recipient`, `source_session_id`, `expires_at`. `description` is what visitors read.",
  role: "editor",
  config: { repeatable: true },
  body: createLinkTemplateBody,
  answers: { 201: linkTemplate },
  handle: async ({ principal, body, repeatable, markReplay }, { bus }) => {
    const { template, replayed } = await bus.call(createLinkTemplate, { principal, body, ...repeatable });
    markReplay(replayed);
    return template;
  },
});

/** One template by name or id. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/link-templates/:template",
  summary: "Get a link template",
  params: linkTemplateParams,
  answers: { 200: linkTemplate },
  handle: async ({ principal, params }, { bus }) =>
    (await bus.call(getLinkTemplate, { principal, ...params })).template,
});

/** Changes the given fields of a template of the tenant; links made of it stay as they are. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PUT",
  path: "/link-templates/:template",
  summary: "Update a link template",
  description: "Changes the given fields. Built-in templates cannot be changed.",
  role: "editor",
  params: linkTemplateParams,
  body: updateLinkTemplateBody,
  answers: { 200: linkTemplate },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateLinkTemplate, { principal, ...params, body })).template,
});

/** Deletes a template of the tenant; links made of it stay. Idempotent by state: a second delete is `template_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/link-templates/:template",
  summary: "Delete a link template",
  role: "editor",
  params: linkTemplateParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteLinkTemplate, { principal, ...params });
    return DELETED;
  },
});

export const linkTemplateRoutes = [listRoute, createRoute, getRoute, updateRoute, deleteRoute];
