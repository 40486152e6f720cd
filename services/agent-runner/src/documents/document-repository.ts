import type { Db } from "@parley/db";
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
      const row = await db.tenant(tenantId, (trx) =>
        trx
          .selectFrom("agent_versions as v")
          .innerJoin("agents as a", "a.id", "v.agent_id")
          .select(["a.name", "v.document"])
          .where("v.agent_id", "=", agentId)
          .where("v.version", "=", version)
          .executeTakeFirst(),
      );
      return row && { name: row.name, document: openDocument(secrets, tenantId, row.document) };
    },
  };
}
export type DocumentRepository = ReturnType<typeof createDocumentRepository>;
