import type { Db } from "@parley/db";
import type { Secrets } from "@parley/secrets";
import { z } from "zod";
import { sealDocument } from "../documents/document-secrets.js";

const AT_ONCE = 50;
const readable = z.array(
  z.object({ agent_id: z.string(), version: z.number().int(), tenant_id: z.string(), document: z.unknown() }),
);

/** Seals the secrets of versions that were stored before secrets were sealed. Idempotent by version, also with other replicas running. */
export async function sealVersions({ db, secrets }: { db: Db; secrets: Secrets }, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const rows = readable.parse(await db.query("select * from readable_versions($1)", [AT_ONCE]));
    for (const row of rows) {
      const sealed = JSON.stringify(sealDocument(secrets, row.tenant_id, row.document));
      await db.query("select seal_version($1, $2, $3, $4)", [row.tenant_id, row.agent_id, row.version, sealed]);
    }
    if (rows.length < AT_ONCE) return;
  }
}
