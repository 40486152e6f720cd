import {
  deleted,
  deleteMessageTemplate,
  getMessageTemplate,
  listMessageTemplates,
  messageTemplate,
  messageTemplateName,
  pageOf,
  putMessageTemplate,
  putMessageTemplateBody,
} from "@parley/contracts";
import { z } from "zod";
import { pageQuery } from "../params.js";
import { DELETED, ownerRoute, wirePage } from "./owner-route.js";

const params = z.object({ name: messageTemplateName });

/** The tenant's own templates of messages, by name. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/message-templates",
  summary: "List message templates",
  description: "The tenant's own templates, without the built-in ones.",
  query: pageQuery,
  answers: { 200: pageOf(messageTemplate) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listMessageTemplates, { principal, limit, cursor })),
});

/** One message template. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/message-templates/:name",
  summary: "Get a message template",
  params,
  answers: { 200: messageTemplate },
  handle: async ({ principal, params: { name } }, { bus }) =>
    (await bus.call(getMessageTemplate, { principal, name })).template,
});

/** Creates or replaces a message template. Idempotent by state. */
const putRoute = ownerRoute({
  method: "PUT",
  path: "/message-templates/:name",
  summary: "Create or change a message template",
  description:
    "The words as a whole, in as many languages as there are. `send`, `resend` and schedules name it as `template`; a dry run of them is its preview. What is on its way keeps the words it began with.",
  role: "editor",
  params,
  body: putMessageTemplateBody,
  answers: { 200: messageTemplate },
  handle: async ({ principal, params: { name }, body }, { bus }) =>
    (await bus.call(putMessageTemplate, { principal, name, body })).template,
});

/** Deletes a message template. Idempotent by state: a second delete is `template_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/message-templates/:name",
  summary: "Delete a message template",
  role: "editor",
  params,
  answers: { 200: deleted },
  handle: async ({ principal, params: { name } }, { bus }) => {
    await bus.call(deleteMessageTemplate, { principal, name });
    return DELETED;
  },
});

export const messageTemplateRoutes = [listRoute, getRoute, putRoute, deleteRoute];
