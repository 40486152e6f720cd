import type { AuditEntryView } from "@parley/contracts";
import { sql } from "@parley/db";
import type { LinksDeps } from "../deps.js";

const AT_ONCE = 200;
/** Most entries between two seals. */
const STRETCH = 1_000;

interface Head {
  tenant_id: string;
  seq: string;
  hash: Buffer;
}

/** Binds the seal of a chain's end to its place. */
export const sealAad = (tenantId: string, seq: number): string => `audit:${tenantId}:${seq}`;

/**
 * Seals the ends of chains that have grown, and reports the new entries in the log and to webhook receivers. Later changes or
 * removals are detected by the seal, and those by somebody who also has the key by the log. Repeatable; replicas seal an end once.
 */
export async function sealHeads({ db, secrets, logger }: LinksDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    const heads = await db.query<Head>("select * from unsealed_audit_heads($1, $2)", [AT_ONCE, STRETCH]);
    for (const { tenant_id: tenantId, seq, hash } of heads) {
      if (signal.aborted) return;
      const end = hash.toString("hex");
      const sealed = secrets.seal(end, sealAad(tenantId, Number(seq)));
      const { rows } = await db.tenant(tenantId, (trx) =>
        sql<{ entry: AuditEntryView }>`select entry from seal_audit(${seq}, ${sealed}) as entry`.execute(trx),
      );
      for (const { entry } of rows) logger.info({ tenantId, entry }, "audit.entry");
      if (rows.length > 0) logger.info({ tenantId, seq: Number(seq), hash: end }, "audit.sealed");
    }
    if (heads.length === 0) return;
  }
}
