import { takeWithinBytes } from "@parley/bus";
import { type listLinkTemplates as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { nameCursor } from "../list-cursor.js";
import { listTemplates as readTemplates } from "./repository.js";
import { builtInViews, templateView } from "./template-view.js";

/** The built-in templates on the first page, followed by the tenant's own by name. A read. */
export const listTemplates =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { principal, limit, cursor } = input;
    const after = cursor === undefined ? null : nameCursor.decode(cursor);
    const rows = await deps.db.tenant(tenantOf(principal), (trx) => readTemplates(trx, { after, limit: limit + 1 }));
    const own = takeWithinBytes(rows.slice(0, limit));
    const last = rows.length > own.length ? own.at(-1) : undefined;
    return {
      data: [...(after === null ? builtInViews() : []), ...own.map(templateView)],
      nextCursor: last ? nameCursor.encode(last.name) : null,
    };
  };
