import { normaliseEmail } from "@parley/contracts";
import type { Db } from "@parley/db";
import type { CleanupDeps } from "../deps.js";
import type { ErasureRow } from "./repository.js";
import { subjectHash } from "./subject.js";

const PAGE = 2_000;

/**
 * The address of the keyed hash of an erasure, if the tenant still, or again, stores it in clear; null = it does not.
 * Hashes and compares every address, so only a restore or a check uses it.
 */
export async function resolveAddress(
  { db, secrets }: Pick<CleanupDeps, "db" | "secrets">,
  row: Pick<ErasureRow, "tenant_id" | "subject_hash" | "erased_before">,
): Promise<string | null> {
  for (let after = ""; ; ) {
    const page = await addressesBehind(db, row, after);
    for (const address of page) {
      const email = normaliseEmail(address);
      if (email === null) continue;
      if (subjectHash(secrets, row.tenant_id, { kind: "email", email }) === row.subject_hash) return email;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return null;
    after = last;
  }
}

async function addressesBehind(
  db: Db,
  { tenant_id: tenantId, erased_before: before }: Pick<ErasureRow, "tenant_id" | "erased_before">,
  after: string,
): Promise<string[]> {
  const rows = await db.query<{ address: string }>("select known_addresses($1, $2::timestamptz, $3, $4) as address", [
    tenantId,
    before,
    after,
    PAGE,
  ]);
  return rows.map(({ address }) => address);
}
