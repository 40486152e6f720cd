import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type pg from "pg";
import { servicesConnected } from "./refuse-contraction.js";
import { sourceFolder } from "./source-folder.js";

/** One file of `functions/<domain>/`: the current definition of the function (or aggregate) that the file is named after. */
export interface FunctionSource {
  name: string;
  sql: string;
  checksum: string;
}

export function listFunctions(): FunctionSource[] {
  const folder = sourceFolder("functions");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sql"))
    .sort(sharedFirst)
    .map((file) => {
      const sql = readFileSync(join(folder, file), "utf8");
      return { name: basename(file, ".sql"), sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });
}

/** By path, but `shared/` before all others: they call its functions while they are applied. */
function sharedFirst(a: string, b: string): number {
  const rank = (file: string): string => `${file.startsWith("shared/") ? 0 : 1}${file}`;
  return rank(a) < rank(b) ? -1 : 1;
}

interface Applied {
  name: string;
  arguments: string;
  checksum: string;
}

/**
 * Makes the functions of a database those of the sources, in one transaction: what has changed is replaced, what is no longer there is
 * dropped, and so is a signature that was given up. While services are connected, which may be of the release before and call what is no
 * longer there, it stays until a migration that finds none; triggers act by themselves and go at once. The caller holds the migration lock.
 * @returns the names of the functions that were applied or dropped
 */
export async function applyFunctions(client: pg.Client): Promise<string[]> {
  await client.query(
    `create table if not exists schema_functions (
      name text primary key,
      arguments text not null,
      checksum text not null,
      applied_at timestamptz not null default now()
    )`,
  );
  const { rows } = await client.query<Applied>("select name, arguments, checksum from schema_functions");
  const before = new Map(rows.map((row) => [row.name, row]));
  const sources = listFunctions();
  const changed = sources.filter(({ name, checksum }) => before.get(name)?.checksum !== checksum);
  const unknown = rows.filter((row) => !sources.some(({ name }) => name === row.name));
  const gone = unknown.length > 0 && (await servicesConnected(client)) ? await triggersOf(client, unknown) : unknown;
  if (changed.length + gone.length === 0) return [];
  await client.query("begin");
  try {
    // Bodies name functions that come later in the list.
    await client.query("set local check_function_bodies = off");
    for (const row of gone) await drop(client, row);
    // One by one costs four statements for each; it says which file fails, and knows what to do about other signatures.
    if (!(await replaceTogether(client, changed)))
      for (const source of changed) await replace(client, source, before.get(source.name));
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
  return [...changed, ...gone].map(({ name }) => name);
}

async function triggersOf(client: pg.Client, functions: Applied[]): Promise<Applied[]> {
  const { rows } = await client.query<{ name: string }>(
    `select proname as name from pg_proc
      where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype and proname = any($1)`,
    [functions.map(({ name }) => name)],
  );
  return functions.filter((one) => rows.some(({ name }) => name === one.name));
}

/** False = nothing was done, because a file fails or a function has other signatures than the one of its file. */
async function replaceTogether(client: pg.Client, sources: FunctionSource[]): Promise<boolean> {
  const names = sources.map(({ name }) => name);
  await client.query("savepoint all_functions");
  try {
    await client.query(sources.map(({ sql }) => sql).join("\n;\n"));
    const { rowCount } = await client.query(
      `insert into schema_functions (name, arguments, checksum)
       select name, min(${SIGNATURE}), checksum
         from unnest($1::text[], $2::text[]) as source (name, checksum)
         join pg_proc on pronamespace = 'public'::regnamespace and proname = name
        group by name, checksum having count(*) = 1
       on conflict (name) do update set arguments = excluded.arguments, checksum = excluded.checksum, applied_at = now()`,
      [names, sources.map(({ checksum }) => checksum)],
    );
    if (rowCount === sources.length) return true;
  } catch {
    // Told by who goes one by one.
  }
  await client.query("rollback to savepoint all_functions");
  return false;
}

/** The argument types of a row of pg_proc. */
const SIGNATURE = `(select coalesce(string_agg(format_type(type, null), ', ' order by n), '')
                      from unnest(proargtypes::oid[]) with ordinality as t (type, n))`;

/** SQLSTATE of `create or replace` when the existing function answers with another type or names its arguments otherwise. */
const OTHER_DEFINITION = "42P13";

async function replace(client: pg.Client, source: FunctionSource, before: Applied | undefined): Promise<void> {
  try {
    await client.query("savepoint one_function");
    try {
      await client.query(source.sql);
    } catch (error) {
      if (before === undefined || !(error instanceof Error && "code" in error && error.code === OTHER_DEFINITION)) {
        throw error;
      }
      await client.query("rollback to savepoint one_function");
      await drop(client, before);
      await client.query(source.sql);
    }
    let now = await signaturesOf(client, source.name);
    if (now.length > 1 && before !== undefined) {
      await drop(client, before);
      now = await signaturesOf(client, source.name);
    }
    const [signature] = now;
    if (signature === undefined || now.length > 1) throw new Error("the file must define one function of its name");
    await client.query(
      `insert into schema_functions (name, arguments, checksum) values ($1, $2, $3)
       on conflict (name) do update set arguments = excluded.arguments, checksum = excluded.checksum, applied_at = now()`,
      [source.name, signature, source.checksum],
    );
  } catch (error) {
    throw new Error(`function ${source.name} failed`, { cause: error });
  }
}

/** The argument types of each function of this name. */
async function signaturesOf(client: pg.Client, name: string): Promise<string[]> {
  const { rows } = await client.query<{ arguments: string }>(
    `select ${SIGNATURE} as arguments
       from pg_proc where pronamespace = 'public'::regnamespace and proname = $1`,
    [name],
  );
  return rows.map((row) => row.arguments);
}

/** Drops a function with the triggers that call it; anything else that depends on it makes the statement fail. */
async function drop(client: pg.Client, { name, arguments: types }: Applied): Promise<void> {
  const { rows } = await client.query<{ statement: string }>(
    `select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass) as statement
       from pg_trigger t join pg_proc p on p.oid = t.tgfoid
      where p.pronamespace = 'public'::regnamespace and p.proname = $1 and not t.tgisinternal`,
    [name],
  );
  for (const { statement } of rows) await client.query(statement);
  await client.query(`drop routine if exists public."${name}"(${types})`);
  await client.query("delete from schema_functions where name = $1", [name]);
}
