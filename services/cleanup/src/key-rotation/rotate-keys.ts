import { AppError, type rotateKeys as contract, requireRole } from "@parley/contracts";
import { z } from "zod";
import type { CleanupDeps as AllDeps } from "../deps.js";
import { BOUND_TO, PLACES, type SealedRow } from "./bound-to.js";

/** Rows per statement: their locks are held for milliseconds. */
const BATCH = 50;
/** How long one call works; the next one continues where it stopped. */
const CALL_MS = 3_000;

/** A sealed value within a text, with its key's id captured. */
const SEALED = /v1\.([0-9a-f]{8})\.[A-Za-z0-9_-]+/g;

type CleanupDeps = Pick<AllDeps, "db" | "secrets" | "logger">;

const position = z.object({ place: z.string(), after: z.record(z.string(), z.unknown()).nullable() });
type Position = z.output<typeof position>;

const staleRow = z.object({
  tenant: z.string(),
  row_key: z.record(z.string(), z.unknown()),
  more: z.string().nullable(),
  sealed: z.string(),
});
type StaleRow = z.output<typeof staleRow>;

/**
 * Reseals, with the current master key, values sealed with another one: some seconds of work per call, from a cursor on, in short
 * statements during normal traffic. Idempotent by state: values under the current key are left alone, so an interrupted or finished pass
 * can be repeated. Operator-wide callers only. Throws `forbidden`, `validation_failed`.
 */
export const rotateKeys =
  (deps: CleanupDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "owner");
    if (input.principal.tenantId !== null) throw new AppError("forbidden");
    const stopAt = performance.now() + CALL_MS;
    let at: Position | null = input.cursor === null ? await firstPosition(deps) : decode(input.cursor);
    let [resealed, unreadable] = [0, 0];
    while (at !== null && performance.now() < stopAt) {
      const done = await batch(deps, at);
      resealed += done.resealed;
      unreadable += done.unreadable;
      at = done.next;
    }
    deps.logger.info({ resealed, unreadable, finished: at === null }, "keys.resealed");
    return { keyId: deps.secrets.keyId, resealed, unreadable, nextCursor: at === null ? null : encode(at) };
  };

/** The hash root first: it is one row, and all other values need the old key only for themselves. */
async function firstPosition({ db, secrets }: CleanupDeps): Promise<Position | null> {
  await db.query("update installation_keys set sealed = $1 where name = 'hash-root' and sealed not like $2", [
    secrets.sealedHashRoot(),
    `v1.${secrets.keyId}.%`,
  ]);
  return placeAfter("");
}

const placeAfter = (last: string): Position | null => {
  const place = PLACES.find((name) => name > last);
  return place === undefined ? null : { place, after: null };
};

async function batch(
  deps: CleanupDeps,
  { place, after }: Position,
): Promise<{ resealed: number; unreadable: number; next: Position | null }> {
  const [table = "", column = ""] = place.split(".");
  const found = await deps.db.query("select * from stale_sealed($1, $2, $3, $4, $5)", [
    ...[table, column, deps.secrets.keyId, after === null ? null : JSON.stringify(after), BATCH],
  ]);
  const rows = found.map((row) => staleRow.parse(row));
  const changed = rows.flatMap((row) => resealedRow(deps, place, row));
  const [written] =
    changed.length === 0
      ? []
      : await deps.db.query<{ n: number }>("select reseal_rows($1, $2, $3::jsonb) as n", [
          ...[table, column, JSON.stringify(changed)],
        ]);
  const last = rows.length < BATCH ? undefined : rows.at(-1);
  return {
    resealed: written?.n ?? 0,
    unreadable: rows.length - changed.length,
    next: last === undefined ? placeAfter(place) : { place, after: last.row_key },
  };
}

/** The row with all values under the current key; none when one of them cannot be opened, which is reported. */
function resealedRow({ secrets, logger }: CleanupDeps, place: string, row: StaleRow) {
  const aad = BOUND_TO[place]?.(row satisfies SealedRow);
  try {
    if (aad === undefined) throw new AppError("internal", { internal: `nobody knows what ${place} is bound to` });
    const renew = (sealed: string, keyId: string): string =>
      keyId === secrets.keyId ? sealed : secrets.seal(secrets.open(sealed, aad), aad);
    return [{ row_key: row.row_key, old: row.sealed, new: row.sealed.replace(SEALED, renew) }];
  } catch (error) {
    logger.warn({ err: error, place, row: row.row_key }, "keys.unreadable");
    return [];
  }
}

const encode = (at: Position): string => Buffer.from(JSON.stringify(at)).toString("base64url");

function decode(cursor: string): Position {
  try {
    const at = position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    if (PLACES.includes(at.place)) return at;
  } catch {
    // Reported below, like any other invalid cursor.
  }
  throw new AppError("validation_failed", {
    errors: [{ pointer: "body/cursor", rule: "cursor", message: "is not a cursor of this call" }],
  });
}
