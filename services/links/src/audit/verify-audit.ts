import { type AuditVerified, type verifyAudit as contract, requireRole, tenantOf } from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import type { Secrets } from "@parley/secrets";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { decodePlace, encodePlace } from "./place.js";
import { sealAad } from "./seal-heads.js";

/** Entries per statement: takes a tenth of a second. */
const STRETCH = 5_000;
/** How long one call works; the next one continues where it stopped. */
const CALL_MS = 3_000;
const MAX_PROBLEMS = 100;

type Problem = AuditVerified["problems"][number];

interface Stretch {
  o_checked: string;
  o_next: string | null;
  o_problems: Problem[];
}

/**
 * Recomputes the chain of the tenant, section by section from a cursor on, and compares it with the seals of its earlier ends. A read.
 * Throws `validation_failed` for an invalid cursor.
 */
export const verifyAudit =
  ({ db, secrets }: LinksDeps) =>
  async ({ principal, cursor }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    const stopAt = performance.now() + CALL_MS;
    const problems: Problem[] = [];
    let [checked, sealed] = [0, 0];
    let from: number | null = cursor === undefined ? 1 : decodePlace(cursor);
    do {
      const stretch = await readStretch(db, tenantId, from);
      const next: number | null = stretch.o_next === null ? null : Number(stretch.o_next);
      const seals = await compareSeals({ db, secrets }, { tenantId, from, next });
      checked += Number(stretch.o_checked);
      sealed += seals.sealed;
      problems.push(...stretch.o_problems, ...seals.broken);
      from = next;
    } while (from !== null && problems.length < MAX_PROBLEMS && performance.now() < stopAt);
    const told = problems.sort((a, b) => a.seq - b.seq).slice(0, MAX_PROBLEMS);
    const next_cursor = from === null ? null : encodePlace(from);
    return {
      intact: told.length === 0,
      checked,
      sealed,
      head: await readHead(db, tenantId),
      problems: told,
      next_cursor,
    };
  };

const readStretch = (db: Db, tenantId: string, from: number): Promise<Stretch> =>
  db.tenant(tenantId, async (trx) => {
    const { rows } = await sql<Stretch>`select * from audit_problems(${from}, ${STRETCH})`.execute(trx);
    const [row] = rows;
    if (row === undefined) throw new Error("audit_problems answered nothing");
    return row;
  });

/** Every sealed end must still exist, with the same hash. `next` null: also those past the end of the chain. */
function compareSeals(
  { db, secrets }: Pick<LinksDeps, "db" | "secrets">,
  { tenantId, from, next }: { tenantId: string; from: number; next: number | null },
): Promise<{ sealed: number; broken: Problem[] }> {
  return db.tenant(tenantId, async (trx) => {
    const { rows } = await sql<{ seq: string; hash_sealed: string; hash: string | null }>`
      select s.seq, s.hash_sealed, coalesce(encode(e.hash, 'hex'), encode(h.purged_hash, 'hex')) as hash
        from audit_seals s
        left join audit_entries e on e.tenant_id = s.tenant_id and e.seq = s.seq
        left join audit_heads h on h.tenant_id = s.tenant_id and h.purged_seq = s.seq
       where s.tenant_id = ${tenantId} and s.seq >= ${from}
         and (${next}::bigint is null or s.seq < ${next}::bigint)
       order by s.seq`.execute(trx);
    const broken = rows.flatMap(({ seq, hash_sealed: sealed, hash }): Problem[] => {
      const then = opened(secrets, sealed, sealAad(tenantId, Number(seq)));
      if (then === null) return [{ seq: Number(seq), problem: "seal_broken" }];
      return then === hash ? [] : [{ seq: Number(seq), problem: "unlike_sealed" }];
    });
    return { sealed: rows.length, broken };
  });
}

function opened(secrets: Secrets, sealed: string, aad: string): string | null {
  try {
    return secrets.open(sealed, aad);
  } catch {
    return null;
  }
}

const readHead = (db: Db, tenantId: string): Promise<AuditVerified["head"]> =>
  db.tenant(tenantId, async (trx) => {
    const { rows } = await sql<{ seq: number; hash: string }>`
      select seq::float8, encode(hash, 'hex') as hash from audit_heads where tenant_id = ${tenantId}`.execute(trx);
    return rows[0] ?? null;
  });
