import { createdLink, createLinkBody, deletedLink, link, linkNumbers, pageOf, updateLinkBody } from "@parley/contracts";
import { z } from "zod";
import { agentField, agentPath, bodyOf, defineTool, pageFields, steering } from "../tool.js";

const linkId = z.uuid().describe("Id of the link");
const ofLink = { agent: agentField, link_id: linkId };

const createLink = defineTool({
  name: "create_temporary_chat_link",
  title: "Create a chat link",
  description:
    "Makes a public address at which a person without an account chats with the agent. The answer holds `url`, which no later answer repeats: pass it on at once. Set an expiry and `max_sessions` to what the occasion needs; a `template` sets sensible limits.",
  role: "editor",
  effects: { destructive: false, idempotent: false },
  input: z.strictObject({ agent: agentField, ...createLinkBody.shape, ...steering }),
  output: createdLink,
  body: createLinkBody,
  plan: ({ agent, ...fields }) => ({
    about: { type: "agent", agent },
    twin: { method: "POST", path: agentPath(agent, "public-links"), body: bodyOf(fields) },
    ...(fields.template === undefined
      ? {}
      : { target: { method: "GET", path: `/api/link-templates/${encodeURIComponent(fields.template)}` } }),
  }),
});

const listLinks = defineTool({
  name: "list_temporary_chat_links",
  title: "List chat links",
  description:
    "Links of an agent, newest first, with status and use. Addresses are not in it: a link shows its address once.",
  input: z.strictObject({
    agent: agentField,
    include_inactive: z.boolean().optional().describe("Default true"),
    ...pageFields,
  }),
  output: pageOf(link).extend({ total: z.int().min(0) }),
  plan: ({ agent, include_inactive: inactive, ...page }) => ({
    about: { type: "agent", agent },
    twin: {
      method: "GET",
      path: agentPath(agent, "public-links"),
      query: { ...page, include_inactive: inactive === undefined ? undefined : String(inactive) },
    },
  }),
});

const updateLink = defineTool({
  name: "update_temporary_chat_link",
  title: "Change a chat link",
  description:
    "Changes the given fields and keeps the rest; the address stays. `is_active: false` switches the link off without deleting it.",
  role: "editor",
  effects: { destructive: true, idempotent: true },
  input: z.strictObject({ ...ofLink, ...updateLinkBody.shape, ...steering }),
  output: link,
  body: updateLinkBody,
  plan: ({ agent, link_id, ...fields }) => {
    const path = agentPath(agent, "public-links", link_id);
    const twin = { method: "PUT" as const, path, body: bodyOf(fields) };
    return { about: { type: "agent", agent }, twin, target: { method: "GET", path } };
  },
});

const deleteLink = defineTool({
  name: "delete_temporary_chat_link",
  title: "Delete a chat link",
  description:
    "Deletes a link for good and ends the conversations on it. To pause it, update it with `is_active: false`.",
  role: "editor",
  effects: { destructive: true, idempotent: true },
  input: z.strictObject({ ...ofLink, ...steering }),
  output: deletedLink,
  plan: ({ agent, link_id }) => {
    const path = agentPath(agent, "public-links", link_id);
    return { about: { type: "agent", agent }, twin: { method: "DELETE", path }, target: { method: "GET", path } };
  },
});

const getAnalytics = defineTool({
  name: "get_temporary_chat_analytics",
  title: "Read how a chat link is used",
  description:
    "Sessions, messages, visitors, completion, response times and ratings of one link, in numbers, by day (UTC).",
  input: z.strictObject({ ...ofLink, days: z.int().min(1).max(366).optional().describe("Default 30, today included") }),
  output: linkNumbers,
  plan: ({ agent, link_id, days }) => ({
    about: { type: "agent", agent },
    twin: { method: "GET", path: agentPath(agent, "public-links", link_id, "analytics"), query: { days } },
  }),
});

export const linkTools = [createLink, listLinks, updateLink, deleteLink, getAnalytics];
