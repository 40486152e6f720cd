import { z } from "zod";
import type { CleanupDeps } from "../deps.js";
import type { Job } from "../jobs/job.js";
import { type Ledger, type LedgerEntry, ledgerEntry, openLedger } from "./ledger-file.js";

const PAGE = 200;
const REOPENED = 50;

/**
 * Keeps erased data erased. Finished erasures are written to the ledger outside the database; those that the database no longer
 * knows, and those with restored data, are repeated: a backup was restored. Every part can be repeated.
 */
export function keepErased(deps: CleanupDeps): Job {
  const { ERASURE_LEDGER_FILE: file, ERASURE_SWEEP_MINUTES } = deps.config;
  const ledger = file === undefined ? null : openLedger(file, deps.secrets);
  return {
    name: "erased",
    intervalMs: ERASURE_SWEEP_MINUTES * 60_000,
    batch: 0,
    async step() {
      const known = ledger === null ? 0 : await compare(deps, ledger);
      const reopened = await reopen(deps);
      const restored = known + reopened;
      if (restored > 0) deps.logger.warn({ restored }, "erasure.restored");
      return { taken: 0, handled: restored };
    },
  };
}

/** Synchronizes ledger and database; returns how many erasures are restarted. */
async function compare(deps: CleanupDeps, ledger: Ledger): Promise<number> {
  const { entries, damaged } = await ledger.read();
  if (damaged > 0) deps.logger.error({ damaged }, "erasure.ledger_unreadable");
  let restored = 0;
  const ids = [...entries.keys()];
  for (let from = 0; from < ids.length; from += PAGE) {
    const unknown = await unknownOf(deps, ids.slice(from, from + PAGE));
    const lost = unknown.flatMap((id) => entries.get(id) ?? []);
    if (lost.length > 0) restored += await takeOn(deps, lost);
  }
  for (;;) {
    const fresh = await finishedBut(deps, [...entries.keys()]);
    if (fresh.length === 0) return restored;
    await ledger.add(fresh);
    for (const entry of fresh) entries.set(entry.erasure_id, entry);
  }
}

async function unknownOf({ db }: CleanupDeps, ids: string[]): Promise<string[]> {
  const rows = await db.query<{ id: string }>("select unknown_erasures($1::uuid[]) as id", [ids]);
  return rows.map(({ id }) => id);
}

async function takeOn({ db }: CleanupDeps, entries: LedgerEntry[]): Promise<number> {
  const [row] = await db.query<{ count: number }>("select restore_erasures($1::jsonb) as count", [
    JSON.stringify(entries),
  ]);
  return row?.count ?? 0;
}

const found = z.array(z.object({ entry: ledgerEntry }));

async function finishedBut({ db }: CleanupDeps, known: string[]): Promise<LedgerEntry[]> {
  const rows = await db.query("select finished_erasures($1::uuid[], $2) as entry", [known, PAGE]);
  return found.parse(rows).map(({ entry }) => entry);
}

async function reopen({ db }: CleanupDeps): Promise<number> {
  const [row] = await db.query<{ count: number }>("select reopen_erasures($1) as count", [REOPENED]);
  return row?.count ?? 0;
}
