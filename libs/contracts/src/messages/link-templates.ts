import { z } from "zod";
import { rpc } from "../declare.js";
import { linkTemplate } from "../http/link-templates.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const body = z.record(z.string(), z.unknown());
const template = z.object({ template: linkTemplate });
/** `template`: the name or the id; `body`: the HTTP body, parsed by the service. */
const named = { principal, template: z.string() };

/** The built-in ones come first, on the first page. */
export const listLinkTemplates = rpc(
  "links",
  "list_templates",
  "links",
  z.object({ principal, limit: z.number().int(), cursor: z.string().optional() }),
  z.object({ data: z.array(linkTemplate), nextCursor: z.string().nullable() }),
);
export const getLinkTemplate = rpc("links", "get_template", "links", z.object(named), template);
export const createLinkTemplate = rpc(
  "links",
  "create_template",
  "links",
  z.object({ principal, body, ...repeatableRequest }),
  template.extend(replayable),
);
export const updateLinkTemplate = rpc("links", "update_template", "links", z.object({ ...named, body }), template);
export const deleteLinkTemplate = rpc("links", "delete_template", "links", z.object(named), z.object({}));
