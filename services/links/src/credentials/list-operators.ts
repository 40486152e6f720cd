import { type listOperators as contract, operatorView, requireRole, tenantOf } from "@parley/contracts";
import { sql } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";

const MOST = 500;

/** Who may take an escalation: users and live tokens of operators and above, by name. A read; names and roles are not secret among them. */
export const listOperators =
  (deps: LinksDeps) =>
  async ({ principal }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "operator");
    const tenantId = tenantOf(principal);
    const { rows } = await deps.db.tenant(tenantId, (trx) =>
      sql`select id, name, role, id::text = ${principal.id} as me
            from (select id, name, role from api_tokens where tenant_id = ${tenantId} and revoked_at is null
                  union all
                  select id, coalesce(name, email), role from users where tenant_id = ${tenantId}
                    and removed_at is null and disabled_at is null) o
           where role <> 'viewer'
           order by lower(name), id limit ${MOST}`.execute(trx),
    );
    return { data: rows.map((row) => operatorView.parse(row)) };
  };
