import { takeWithinBytes } from "@parley/bus";
import {
  AppError,
  type deleteMessageTemplate,
  type getMessageTemplate,
  type listMessageTemplates,
  type putMessageTemplate,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { nameCursor } from "../list-cursor.js";
import { isOfProduct } from "./own-texts.js";
import * as repository from "./repository.js";

type Deps = Pick<LinksDeps, "db">;
type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

/** The tenant's own templates by name. A read. */
export const listTemplatesHandler =
  ({ db }: Deps) =>
  async ({ principal, limit, cursor }: In<typeof listMessageTemplates>): Out<typeof listMessageTemplates> => {
    const after = cursor === undefined ? null : nameCursor.decode(cursor);
    const page = { after, limit: limit + 1 };
    const rows = await db.tenant(tenantOf(principal), (trx) => repository.listTemplates(trx, page));
    const data = takeWithinBytes(rows.slice(0, limit));
    const last = rows.length > data.length ? data.at(-1) : undefined;
    return { data, nextCursor: last ? nameCursor.encode(last.name) : null };
  };

/** One template. A read. Throws `template_not_found`. */
export const getTemplateHandler =
  ({ db }: Deps) =>
  async ({ principal, name }: In<typeof getMessageTemplate>): Out<typeof getMessageTemplate> => {
    const template = await db.tenant(tenantOf(principal), (trx) => repository.findTemplate(trx, name));
    if (template === null) throw new AppError("template_not_found");
    return { template };
  };

/** Creates or changes a template; messages already accepted keep their text. Idempotent by state. Throws `name_taken`. */
export const putTemplateHandler =
  ({ db }: Deps) =>
  async ({ principal, name, body }: In<typeof putMessageTemplate>): Out<typeof putMessageTemplate> => {
    requireRole(principal, "editor");
    if (isOfProduct(name)) throw new AppError("name_taken");
    const tenantId = tenantOf(principal);
    const of = { tenantId, name, texts: body.texts, by: principal.id };
    return { template: await db.tenant(tenantId, (trx) => repository.writeTemplate(trx, of)) };
  };

/** Deletes a template; messages already accepted keep their text. Idempotent by state: a second delete is `template_not_found`. */
export const deleteTemplateHandler =
  ({ db }: Deps) =>
  async ({ principal, name }: In<typeof deleteMessageTemplate>): Out<typeof deleteMessageTemplate> => {
    requireRole(principal, "editor");
    const removed = await db.tenant(tenantOf(principal), (trx) => repository.removeTemplate(trx, name));
    if (!removed) throw new AppError("template_not_found");
    return {};
  };
