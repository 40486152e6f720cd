import { type listComments as contract, requireRole, tenantOf, type visitorComment } from "@parley/contracts";
import { sql } from "@parley/db";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { decodeCursor, pageOf } from "../webhooks/list-page.js";
import { agentOf } from "./ask-analytics.js";

/** `created_at`: with microsecond precision, for the cursor. */
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
      const at = before?.createdAt ?? null;
      /** The newest comments of one kind, by its index: no more than fit on the page. */
      const newest = (table: "session_feedback" | "message_ratings", id: "conversation_id" | "message_id") => sql`
        (select f.${sql.ref(id)} as id, c.session_id, c.agent_id, c.link_id, to_jsonb(f.rating) as rating, f.text, f.updated_at
          from ${sql.table(table)} f join text_conversations c on c.id = f.conversation_id
         where f.tenant_id = app_tenant() and f.text is not null
           and (${agentId}::uuid is null or c.agent_id = ${agentId}::uuid)
           and (${linkId}::uuid is null or c.link_id = ${linkId}::uuid)
           and (${at}::timestamptz is null or (f.updated_at, f.${sql.ref(id)}) < (${at}::timestamptz, ${before?.id ?? null}::uuid))
         order by f.updated_at desc, f.${sql.ref(id)} desc limit ${limit + 1})`;
      const { rows } = await sql<Row>`
        select r.id, r.session_id, r.agent_id, r.link_id, r.about, r.rating, r.text, iso(r.updated_at) as at,
               to_char(r.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as created_at
          from (select s.*, 'session' as about from ${newest("session_feedback", "conversation_id")} s
                union all
                select m.*, 'answer' from ${newest("message_ratings", "message_id")} m) r
         order by r.updated_at desc, r.id desc limit ${limit + 1}`.execute(trx);
      const { data, nextCursor } = pageOf(rows, limit);
      return { data: data.map(({ created_at: _position, ...comment }) => comment), nextCursor };
    });
  };
