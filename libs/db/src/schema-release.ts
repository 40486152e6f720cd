import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@parley/observability";
import type pg from "pg";
import type { Db } from "./connection.js";
import { listFunctions } from "./functions.js";
import { listMigrations } from "./list-migrations.js";

/** Names the schema of this code: all numbered files and all functions, in one word. */
function schemaDigest(): string {
  const hash = createHash("sha256");
  for (const { name, checksum } of [...listMigrations(), ...listFunctions()]) hash.update(`${name} ${checksum}\n`);
  return hash.digest("hex");
}

/** Writes down that the schema of this code has been reached; the last step of a migration, under its lock. */
export async function noteRelease(client: pg.Client): Promise<void> {
  await client.query(
    `create table if not exists schema_releases (
      digest text primary key,
      applied_at timestamptz not null default now()
    )`,
  );
  await client.query("grant select on schema_releases to parley_app");
  await client.query(
    "insert into schema_releases (digest) values ($1) on conflict (digest) do update set applied_at = now()",
    [schemaDigest()],
  );
}

const PAUSE_MS = 500;
/** The reason to wait is told again this often. */
const TELL_EVERY_MS = 60_000;

/**
 * Holds a service back until the database has been brought to the schema that its code was written for: a replica of a new release waits for
 * the migration instead of failing, however long that takes, and one of an earlier release goes on beside it, because what was reached once
 * is never forgotten. A database that is away is waited for as well.
 */
export function awaitSchema({ db, logger }: { db: Pick<Db, "query">; logger: Logger }) {
  let waitingFor: string | null = null;
  async function missing(digest: string): Promise<string | null> {
    try {
      const [row] = await db.query("select 1 from schema_releases where digest = $1", [digest]);
      return row === undefined ? "the migration of this release has not been run" : null;
    } catch (error) {
      // A database that was never migrated has no such table.
      logger.debug({ err: error }, "schema.unknown");
      return "the schema of the database cannot be read";
    }
  }
  return {
    name: "schema",
    async start(stopping: AbortSignal) {
      const digest = schemaDigest();
      let tellAt = 0;
      for (;;) {
        waitingFor = await missing(digest);
        if (waitingFor === null || stopping.aborted) return;
        if (performance.now() >= tellAt) {
          logger.warn({ reason: waitingFor }, "schema.waiting");
          tellAt = performance.now() + TELL_EVERY_MS;
        }
        await delay(PAUSE_MS, undefined, { signal: stopping }).catch(() => undefined);
      }
    },
    ready: async (): Promise<boolean | string> => waitingFor ?? true,
  };
}
