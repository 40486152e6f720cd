import { z } from "zod";
import { rpc } from "../declare.js";
import { messageTemplate, messageTemplateName, putMessageTemplateBody } from "../http/message-templates.js";
import { principal } from "./callers.js";

const named = { principal, name: messageTemplateName };
const template = z.object({ template: messageTemplate });

const call = <Req extends z.ZodType, Res extends z.ZodType>(name: string, request: Req, response: Res) =>
  rpc("links", name, "links", request, response);

/** The tenant's own, by name. */
export const listMessageTemplates = call(
  "list_message_templates",
  z.object({ principal, limit: z.number().int(), cursor: z.string().optional() }),
  z.object({ data: z.array(messageTemplate), nextCursor: z.string().nullable() }),
);

/** Throws `template_not_found`. */
export const getMessageTemplate = call("get_message_template", z.object(named), template);

/** Throws `name_taken` for a name of the product's. */
export const putMessageTemplate = call(
  "put_message_template",
  z.object({ ...named, body: putMessageTemplateBody }),
  template,
);

/** Throws `template_not_found`. */
export const deleteMessageTemplate = call("delete_message_template", z.object(named), z.object({}));
