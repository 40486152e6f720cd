import pg from "pg";
import { applyFunctions } from "./functions.js";
import { listMigrations } from "./list-migrations.js";
import { refuseWhileUsed } from "./refuse-contraction.js";
import { noteRelease } from "./schema-release.js";

/** Two releases may start at once: one migrates, the others wait for this lock. */
const LOCK = 7_265_531;

/** What a migration has done: names of numbered files, and of functions that were replaced or dropped. */
export interface Migrated {
  applied: string[];
  functions: string[];
}

/**
 * Brings a database up to date: the numbered files first, each in one transaction, then the functions that differ from their
 * sources, all in one. A numbered file that was applied must not change afterwards; a function may.
 * @param options.url a role that owns the schema (DDL, may create roles)
 * @throws Error when a newer version migrated the database, when older code is connected that uses what a file removes, when it was made before the first release, when an applied migration
 * differs from its file, or when a statement fails (its transaction is rolled back)
 */
export async function migrate(options: { url: string; log?: (line: string) => void }): Promise<Migrated> {
  const client = new pg.Client({
    connectionString: options.url,
    application_name: "parley-migrate",
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  const applied: string[] = [];
  let functions: string[] = [];
  try {
    await client.query("select pg_advisory_lock($1)", [LOCK]);
    await client.query(
      "create table if not exists schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())",
    );
    const known = await client.query<{ name: string; checksum: string }>(
      "select name, checksum from schema_migrations",
    );
    refuseOtherSchema(known.rows.map(({ name }) => name));
    const checksums = new Map(known.rows.map((row) => [row.name, row.checksum]));
    for (const migration of listMigrations()) {
      const before = checksums.get(migration.name);
      if (before !== undefined) {
        if (before !== migration.checksum)
          throw new Error(`migration ${migration.name} was changed after it had been applied`);
        continue;
      }
      await refuseWhileUsed(client, migration);
      await client.query("begin");
      try {
        await client.query(migration.sql);
        await client.query("insert into schema_migrations (name, checksum) values ($1, $2)", [
          migration.name,
          migration.checksum,
        ]);
        await client.query("commit");
      } catch (error) {
        await client.query("rollback");
        throw new Error(`migration ${migration.name} failed`, { cause: error });
      }
      applied.push(migration.name);
      options.log?.(`migrated ${migration.name}`);
    }
    functions = await applyFunctions(client);
    if (functions.length > 0) options.log?.(`applied ${functions.length} functions`);
    await noteRelease(client);
    // Statements planned on empty tables keep bad plans; statistics come first.
    if (applied.length > 0) await client.query("analyze");
  } finally {
    await client.end();
  }
  return { applied, functions };
}

/** Name of the first file of the numbered files from before the first release, which changed functions too. */
const BEFORE_FIRST_RELEASE = "0001_roles";

/** Older code would write rows that the newer schema does not expect. */
function refuseOtherSchema(applied: string[]): void {
  if (applied.includes(BEFORE_FIRST_RELEASE)) {
    throw new Error(
      "the database was made by a version of Parley from before the first release, which cannot be upgraded. Start with an empty database",
    );
  }
  const files = new Set(listMigrations().map(({ name }) => name));
  const unknown = applied.filter((name) => !files.has(name)).sort();
  if (unknown.length === 0) return;
  throw new Error(
    `the database was migrated by a newer version of Parley (${unknown.join(", ")}). Start that version or a later one, or restore a backup made before it`,
  );
}
