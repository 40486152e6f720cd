import { AppError, type listLinkTemplates as contract, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { takeWithinBytes } from "../take-within-bytes.js";
import { listTemplates as readTemplates } from "./repository.js";
import { builtInViews, templateView } from "./template-view.js";

/** The built-in templates on the first page, beside the first of the tenant's own by name. A read. */
export const listTemplates =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { principal, limit, cursor } = input;
    const after = cursor === undefined ? null : decodeName(cursor);
    const rows = await deps.db.tenant(tenantOf(principal), (trx) => readTemplates(trx, { after, limit: limit + 1 }));
    const own = takeWithinBytes(rows.slice(0, limit));
    const last = rows.length > own.length ? own.at(-1) : undefined;
    return {
      data: [...(after === null ? builtInViews() : []), ...own.map(templateView)],
      nextCursor: last ? encodeName(last.name) : null,
    };
  };

/** Opaque to callers: where the next page of a list by name begins. */
export const encodeName = (name: string): string => Buffer.from(JSON.stringify([name])).toString("base64url");

/** Throws `validation_failed` for a cursor that was never given out. */
export function decodeName(cursor: string): string {
  try {
    const [name]: unknown[] = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    if (typeof name === "string") return name;
  } catch {
    // told below
  }
  const message = "is not a cursor of this list";
  throw new AppError("validation_failed", { errors: [{ pointer: "query/cursor", rule: "cursor", message }] });
}
