import { AppError, type exportMemories as contract, requireRole, tenantOf } from "@parley/contracts";
import { sql } from "@parley/db";
import { subjectOf } from "@parley/secrets";
import { z } from "zod";
import type { MemoryDeps } from "../deps.js";

/** Both texts may take 24 KB. */
const PER_PAGE = 20;

/** What all agents remember of an address. A read; admins. */
export const exportMemories =
  ({ db, secrets }: MemoryDeps) =>
  async ({
    principal,
    email,
    cursor,
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    const after = z
      .uuid()
      .nullable()
      .safeParse(cursor ?? null);
    if (!after.success) throw new AppError("malformed_request");
    const { hash } = subjectOf(secrets, tenantId, email);
    const { rows } = await db.tenant(tenantId, (trx) =>
      sql<{ agent_id: string; record: Record<string, unknown> }>`
        select m.agent_id, json_build_object('agent', a.name, 'summary', m.summary, 'notes', m.notes,
                 'updated_at', iso(m.updated_at)) as record
          from memories m join agents a on a.id = m.agent_id
         where m.subject_hash = ${hash} and (m.summary is not null or m.notes is not null or m.revision > 1)
           and m.agent_id > coalesce(${after.data}::uuid, '00000000-0000-0000-0000-000000000000')
         order by m.agent_id limit ${PER_PAGE + 1}`.execute(trx),
    );
    const data = rows.slice(0, PER_PAGE);
    return { data, nextCursor: rows.length > PER_PAGE ? (data.at(-1)?.agent_id ?? null) : null };
  };
