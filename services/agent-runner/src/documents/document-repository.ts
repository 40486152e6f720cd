import { type Db, sql } from "@parley/db";
import type { Secrets } from "@parley/secrets";
import { openDocument } from "./document-secrets.js";

/** Reads stored versions of agents; both halves of the service use it. */
export function createDocumentRepository(db: Db, secrets: Secrets) {
  return {
    /** The document of one version, with its secrets. */
    async document(
      tenantId: string,
      agentId: string,
      version: number,
    ): Promise<{ name: string; document: unknown } | undefined> {
      const found = sql<{ name: string; document: unknown }>`
        select a.name, v.document from agent_versions v join agents a on a.id = v.agent_id
         where v.agent_id = ${agentId} and v.version = ${version}`;
      const [row] = (await db.tenant(tenantId, (trx) => found.execute(trx))).rows;
      return row && { name: row.name, document: openDocument(secrets, tenantId, row.document) };
    },
  };
}
export type DocumentRepository = ReturnType<typeof createDocumentRepository>;
