import type { recentSessions } from "@parley/contracts";
import { sql } from "@parley/db";
import type { z } from "zod";
import type { HandlerDeps } from "../deps.js";

const MAX = 500;

/** Running sessions with recent activity. A read, by the index of running sessions. */
export const recentSessionsHandler =
  ({ db }: Pick<HandlerDeps, "db">) =>
  async ({
    tenantId,
    seconds,
  }: z.output<typeof recentSessions.request>): Promise<z.input<typeof recentSessions.response>> =>
    db.tenant(tenantId, async (trx) => {
      const { rows } = await sql<{
        sessionId: string;
        agentId: string;
        linkId: string | null;
        head: number;
        at: string;
      }>`
        select session_id as "sessionId", agent_id as "agentId", link_id as "linkId", event_offset as head,
               iso(updated_at) as at
          from text_conversations
         where tenant_id = ${tenantId} and ended_at is null
           and updated_at > clock_timestamp() - make_interval(secs => ${seconds})
         order by updated_at desc limit ${MAX}`.execute(trx);
      return { data: rows };
    });
