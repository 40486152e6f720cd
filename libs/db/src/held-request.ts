import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "@parley/contracts";
import { sql } from "kysely";
import type { Db } from "./connection.js";
import {
  addressOf,
  findKey,
  type Name,
  type NamedRequest,
  namesOf,
  type Once,
  parsed,
  readAnswer,
  requireSame,
  storeAnswer,
  writtenAnswer,
} from "./idempotency.js";

/** Between two looks at a name that another call holds. */
const LOOK_MS = 200;

interface Hold {
  /** Longer than the work takes: after that the holder counts as dead, and the next one begins anew. */
  holdMs: number;
  /** How long to wait for a call that holds the name. */
  waitMs: number;
  signal: AbortSignal;
}

/**
 * Does work of a request once that is too long for a transaction, such as a call of a model: its names are held while it runs, so a
 * parallel request of the same name waits and gets the same answer. Work that fails leaves the names free.
 * Throws `idempotency_key_reused`, and `idempotency_in_progress` when the wait was too short.
 */
export async function onceHeld<T extends object>(
  db: Db,
  request: NamedRequest,
  { holdMs, waitMs, signal }: Hold,
  work: () => Promise<T>,
): Promise<Once<T>> {
  const names = namesOf(request);
  if (names.length === 0) return { ...(await work()), replayed: false };
  const end = performance.now() + waitMs;
  for (;;) {
    const held = await hold(db, request, { names, holdMs });
    if (typeof held === "object") return { ...parsed<T>(held.answer), replayed: true };
    if (held === "mine") break;
    if (performance.now() > end) throw new AppError("idempotency_in_progress");
    await delay(LOOK_MS, undefined, { signal });
  }
  try {
    const answer = await work();
    return await db.tenant(request.tenantId, async (trx) => {
      for (const name of names)
        await storeAnswer(trx, addressOf(request, name), writtenAnswer(request, name, JSON.stringify(answer)));
      return { ...answer, replayed: false };
    });
  } catch (error) {
    await release(db, request, names).catch(() => undefined);
    throw error;
  }
}

class Busy extends Error {}

/** Takes all names of a request, or none. */
async function hold(
  db: Db,
  request: NamedRequest,
  { names, holdMs }: { names: readonly Name[]; holdMs: number },
): Promise<"mine" | "busy" | { answer: string }> {
  try {
    return await db.tenant(request.tenantId, async (trx) => {
      for (const name of names) {
        const at = addressOf(request, name);
        // A holder whose time is over has died; whoever is first here goes on in its place.
        const { rows } = await sql`insert into idempotency_keys as k (tenant_id, scope, key, fingerprint, created_at)
          values (${at.tenantId}, ${at.scope}, ${at.key}, ${name.fingerprint ?? ""}, clock_timestamp())
          on conflict (tenant_id, scope, key) do update set created_at = excluded.created_at
            where k.response is null and k.fingerprint = excluded.fingerprint
              and k.created_at < excluded.created_at - make_interval(secs => ${holdMs / 1_000})
          returning key`.execute(trx);
        if (rows.length === 1) continue;
        const known = await findKey(trx, at);
        if (known !== null) requireSame(known.fingerprint, name.fingerprint);
        if (!known?.response) throw new Busy();
        return { answer: readAnswer(request, name, known.response) };
      }
      return "mine";
    });
  } catch (error) {
    if (error instanceof Busy) return "busy";
    throw error;
  }
}

const release = (db: Db, request: NamedRequest, names: readonly Name[]): Promise<void> =>
  db.tenant(request.tenantId, async (trx) => {
    for (const name of names) {
      const { tenantId, scope, key } = addressOf(request, name);
      await sql`delete from idempotency_keys where tenant_id = ${tenantId} and scope = ${scope} and key = ${key}
        and response is null`.execute(trx);
    }
  });
