import { type listComments as contract, requireRole, tenantOf, type visitorComment } from "@parley/contracts";
import { sql } from "@parley/db";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { decodeCursor, pageOf } from "../webhooks/list-page.js";
import { agentOf } from "./ask-analytics.js";

/** `created_at`: exact to the microsecond, for the cursor. */
type Row = z.output<typeof visitorComment> & { created_at: string };

/** What visitors of the caller's tenant wrote with their ratings, newest first. A read. Throws `agent_not_found`. */
export const listComments =
  ({ db }: Pick<SessionsDeps, "db">) =>
  (request: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { principal, agent, linkId = null, limit, cursor } = request;
    requireRole(principal, "operator");
    const before = cursor === undefined ? null : decodeCursor(cursor);
    return db.tenant(tenantOf(principal), async (trx) => {
      const agentId = await agentOf(trx, agent);
      const { rows } = await sql<Row>`
        select r.id, c.session_id, c.agent_id, c.link_id, r.about, r.rating, r.text, iso(r.updated_at) as at,
               to_char(r.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
          from (select conversation_id as id, conversation_id, 'session' as about, to_jsonb(rating) as rating, text, updated_at
                  from session_feedback where tenant_id = app_tenant() and text is not null
                union all
                select message_id, conversation_id, 'answer', to_jsonb(rating), text, updated_at
                  from message_ratings where tenant_id = app_tenant() and text is not null) r
          join text_conversations c on c.id = r.conversation_id
         where (${agentId}::uuid is null or c.agent_id = ${agentId}::uuid)
           and (${linkId}::uuid is null or c.link_id = ${linkId}::uuid)
           and (${before?.createdAt ?? null}::timestamptz is null
                or (r.updated_at, r.id) < (${before?.createdAt ?? null}::timestamptz, ${before?.id ?? null}::uuid))
         order by r.updated_at desc, r.id desc limit ${limit + 1}`.execute(trx);
      const { data, nextCursor } = pageOf(rows, limit);
      return { data: data.map(({ created_at: _position, ...comment }) => comment), nextCursor };
    });
  };
