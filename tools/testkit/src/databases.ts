import { randomBytes } from "node:crypto";
import { applicationUrl, migrate } from "@parley/db";
import { type PostgresClient, withPostgresClient } from "@parley/local-servers";

/** A migrated database of one test. */
export interface FreshDatabase {
  /** Address of the restricted role the services use. */
  url: string;
  /** Address of the owner, to read past row level security. */
  adminUrl: string;
  /** Ends its sessions and deletes it. */
  drop(): Promise<void>;
}

/**
 * Options for the pools of tests: a caller waits for a connection while the machine is stalled. The product's own pools give up after a
 * second and a half, and their callers retry.
 */
export const PATIENT = { connectTimeoutMs: 20_000 } as const;

/** Serialises creating the template between workers and copying it between tests. */
const templateLock = 5_210_417;

/** A copy of the template database of the run, which the first caller creates by running every migration and function. */
export async function cloneDatabase(adminUrl: string, runId: string): Promise<FreshDatabase> {
  const template = `parley_template_${runId}`;
  const name = `parley_test_${runId}_${randomBytes(4).toString("hex")}`;
  const make = async (admin: PostgresClient): Promise<void> => {
    await admin.query("select pg_advisory_lock($1)", [templateLock]);
    await makeTemplate(admin, adminUrl, template);
    // Copying the files costs a fraction of writing every page to the log first.
    await admin.query(`create database ${name} template ${template} strategy file_copy`);
  };
  await withPostgresClient(adminUrl, make, PATIENT.connectTimeoutMs);
  const ownerUrl = withDatabase(adminUrl, name);
  return {
    url: applicationUrl(ownerUrl),
    adminUrl: ownerUrl,
    drop: () =>
      withPostgresClient(
        adminUrl,
        async (admin) => void (await admin.query(`drop database if exists ${name} with (force)`)),
        PATIENT.connectTimeoutMs,
      ),
  };
}

async function makeTemplate(admin: PostgresClient, adminUrl: string, template: string): Promise<void> {
  const known = await admin.query<{ datistemplate: boolean }>(
    "select datistemplate from pg_database where datname = $1",
    [template],
  );
  // The mark is set last, so a database without it is left over from a run that failed midway.
  if (known.rows[0]?.datistemplate === true) return;
  await admin.query(`drop database if exists ${template} with (force)`);
  await admin.query(`create database ${template}`);
  await migrate({ url: withDatabase(adminUrl, template) });
  await admin.query(`alter database ${template} with is_template true`);
}

/** Deletes every database made under the run's name. */
export async function dropRunDatabases(adminUrl: string, runId: string): Promise<void> {
  await withPostgresClient(adminUrl, async (admin) => {
    const made = await admin.query<{ datname: string }>(
      "select datname from pg_database where datname like 'parley\\_%\\_' || $1 || '%'",
      [runId],
    );
    for (const { datname } of made.rows) {
      await admin.query(`alter database ${datname} with is_template false`);
      await admin.query(`drop database if exists ${datname} with (force)`);
    }
  });
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.toString();
}
