import { sql } from "@parley/db";
import type { LinksDeps } from "../deps.js";

const AT_ONCE = 200;

interface Head {
  tenant_id: string;
  seq: string;
  hash: Buffer;
}

/** Where the seal of a chain's end belongs: it fits nowhere else. */
export const sealAad = (tenantId: string, seq: number): string => `audit:${tenantId}:${seq}`;

/**
 * Seals the ends of chains that have grown, and logs each: an entry that is changed or removed later is found by the seal, and whoever
 * also owns the key is found by the log. Repeatable; two replicas seal the same end once.
 */
export async function sealHeads({ db, secrets, logger }: LinksDeps, signal: AbortSignal): Promise<void> {
  let heads: Head[];
  do {
    heads = await db.query<Head>("select * from unsealed_audit_heads($1)", [AT_ONCE]);
    for (const { tenant_id: tenantId, seq, hash } of heads) {
      if (signal.aborted) return;
      const end = hash.toString("hex");
      const sealed = secrets.seal(end, sealAad(tenantId, Number(seq)));
      await db.tenant(tenantId, (trx) =>
        sql`insert into audit_seals (tenant_id, seq, hash_sealed) values (${tenantId}, ${seq}, ${sealed})
            on conflict do nothing`.execute(trx),
      );
      logger.info({ tenantId, seq: Number(seq), hash: end }, "audit.sealed");
    }
  } while (heads.length === AT_ONCE);
}
