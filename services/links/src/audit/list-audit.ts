import { takeWithinBytes } from "@parley/bus";
import { type AuditLine, type listAudit as contract, requireRole, tenantOf } from "@parley/contracts";
import { sql } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { decodePlace, encodePlace } from "./place.js";

type Entry = Omit<AuditLine, "previous_hash" | "hashed"> & Partial<AuditLine>;

/** The input of an entry's hash. */
const PROOF = sql.raw(
  "|| jsonb_build_object('previous_hash', encode(e.previous_hash, 'hex'), 'hashed', audit_text(e))",
);

/** One page of a tenant's audit. A read. */
export const listAudit =
  ({ db }: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "admin");
    const tenantId = tenantOf(input.principal);
    const { limit, after, action, actorId, targetType, targetId, from, to } = input;
    const position = input.cursor === undefined ? null : decodePlace(input.cursor);
    const forward = after !== undefined;
    const data = await db.tenant(tenantId, async (trx) => {
      const above = forward ? (position ?? after) : null;
      const below = forward ? null : position;
      const { rows } = await sql<{ entry: Entry }>`
        select audit_json(e) ${input.proof === true ? PROOF : sql``} as entry
          from audit_entries e
         where tenant_id = ${tenantId} and seq is not null
           and (${above}::bigint is null or seq > ${above}::bigint)
           and (${below}::bigint is null or seq < ${below}::bigint)
           and (${action ?? null}::text is null or action like replace(${action ?? null}::text, '*', '%'))
           and (${actorId ?? null}::text is null or actor ->> 'id' = ${actorId ?? null}::text)
           and (${targetType ?? null}::text is null or target_type = ${targetType ?? null}::text)
           and (${targetId ?? null}::text is null or target_id = ${targetId ?? null}::text)
           and (${from ?? null}::timestamptz is null or at >= ${from ?? null}::timestamptz)
           and (${to ?? null}::timestamptz is null or at < ${to ?? null}::timestamptz)
         order by seq ${sql.raw(forward ? "asc" : "desc")} limit ${limit + 1}`.execute(trx);
      return rows.map(({ entry }) => entry);
    });
    const page = takeWithinBytes(data.slice(0, limit));
    const last = data.length > page.length ? page.at(-1) : undefined;
    return { data: page, nextCursor: last === undefined ? null : encodePlace(last.seq) };
  };
