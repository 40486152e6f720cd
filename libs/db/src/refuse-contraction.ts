import type pg from "pg";
import { listMigrations, type Migration } from "./list-migrations.js";

/** The head of a numbered file that takes something away: code older than that file still uses it. */
const HEAD = /^-- contracts since (\d{4})\b/m;

/** What connections of a service are called; those of a migration are not. */
const SERVICES = "datname = current_database() and application_name ~ '^parley-.*@[0-9]{4}$'";

/** Whether a replica of a service is connected, of whichever code. */
export async function servicesConnected(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(`select from pg_stat_activity where ${SERVICES} limit 1`);
  return rows.length > 0;
}

/** The newest numbered file that this code knows: what its connections say of themselves to a migration. */
export const codeNumber = (): string => listMigrations().at(-1)?.name.slice(0, 4) ?? "0000";

/**
 * A file that drops, renames or narrows says since which file no code uses that any more; while a replica of older code is connected it is
 * not applied. Throws what is in the way.
 */
export async function refuseWhileUsed(
  client: pg.Client,
  { name, sql }: Pick<Migration, "name" | "sql">,
): Promise<void> {
  const since = HEAD.exec(sql)?.[1];
  if (since === undefined) return;
  const { rows } = await client.query<{ application_name: string; connections: string }>(
    `select application_name, count(*) as connections
     from pg_stat_activity
     where ${SERVICES} and right(application_name, 4) < $1
     group by application_name
     order by application_name`,
    [since],
  );
  if (rows.length === 0) return;
  const older = rows.map((row) => `${row.application_name} (${row.connections} connections)`).join(", ");
  throw new Error(
    `migration ${name} removes what older code uses, and that is still connected: ${older}. Roll out a release that has ${since} first, then migrate`,
  );
}
