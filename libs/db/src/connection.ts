import { createHash } from "node:crypto";
import { currentActor, type Logger } from "@parley/observability";
import { CompiledQuery, Kysely, type Transaction as KyselyTransaction, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { type Availability, watchAvailability } from "./availability.js";
import { databaseFailure } from "./failure.js";
import { codeNumber } from "./refuse-contraction.js";
import { watchStalls } from "./stalls.js";
import { TracedClient } from "./traced-client.js";

/** Its statements are `sql` templates: no table is declared a second time for a query builder. */
export type Transaction = KyselyTransaction<unknown>;

export interface Db {
  /**
   * One transaction bound to a tenant: row level security shows and takes that tenant's rows only. What it changes for the caller of a
   * management route stands in the audit.
   */
  tenant<T>(tenantId: string, fn: (trx: Transaction) => Promise<T>): Promise<T>;
  /** One transaction without a tenant: tables raise, only the cross-tenant functions answer. */
  transaction<T>(fn: (trx: Transaction) => Promise<T>): Promise<T>;
  /** Without a tenant: only the functions that look across tenants (`run_across_tenants`). */
  system: Kysely<unknown>;
  /** Hot path: one round trip, a prepared statement named by its text. */
  query<R>(text: string, values?: unknown[]): Promise<R[]>;
  /** The database's time, in milliseconds since 1970. */
  time(): Promise<number>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

export interface DbOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  logger: Logger;
  /** Most connections of this pool. */
  max?: number;
  /** Milliseconds a statement may run, and a caller waits for a connection. */
  statementTimeoutMs?: number;
  /** How long a new connection may take, and how long a server may be silent before it counts as gone. */
  connectTimeoutMs?: number;
}

/** The URL with the startup option that makes every connection act as `parley_app`, whoever logs in. */
export function applicationUrl(url: string): string {
  const parsed = new URL(url);
  parsed.searchParams.set("options", "-c role=parley_app");
  return parsed.toString();
}

/** With the rest of a request, less than the two seconds within which callers hear that the database is away. */
const PATIENCE_MS = 1_500;

function poolOf(options: DbOptions, availability: Availability): pg.Pool {
  const pool = new pg.Pool({
    Client: TracedClient,
    connectionString: applicationUrl(options.url),
    // A migration that takes something away looks for code that is older than it.
    application_name: `parley-${options.name}@${codeNumber()}`,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? PATIENCE_MS,
    statement_timeout: options.statementTimeoutMs ?? 10_000,
    query_timeout: (options.statementTimeoutMs ?? 10_000) + 2_000,
    idle_in_transaction_session_timeout: 15_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  // A connection that dies while idle must not end the process; the pool opens another one.
  pool.on("error", (error) => availability.lost(error));
  // Nor must one that dies while checked out, when the pool does not listen: the pending or next statement fails instead.
  pool.on("connect", (client) => void client.on("error", () => undefined));
  return pool;
}

async function knockAt(url: string, timeoutMs: number): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: timeoutMs });
  client.on("error", () => undefined);
  try {
    await client.connect();
  } finally {
    void client.end();
  }
}

/**
 * The server plans each text once per connection. The name is a hash of the text: behind a pooler that does not track prepared statements, a
 * name may be missing or taken, but never refers to a different statement.
 */
const statementNames = new Map<string, string>();
function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = createHash("sha256").update(text).digest("base64url").slice(0, 16);
    statementNames.set(text, name);
  }
  return name;
}

/** `?prepared_statements=false` in the address is for poolers without support for prepared statements. */
const prepares = (url: string): boolean => new URL(url).searchParams.get("prepared_statements") !== "false";

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw databaseFailure(error);
  }
}

/** Connects lazily: the first query opens the first connection, so a service starts while the database is still down. */
export function connectDb(options: DbOptions): Db {
  const availability = watchAvailability(options.logger);
  const pool = poolOf(options, availability);
  const afterMs = options.connectTimeoutMs ?? PATIENCE_MS;
  const stalls = watchStalls(pool, { afterMs, knock: () => knockAt(options.url, afterMs) });
  const asked = <T>(work: Promise<T>): Promise<T> => availability.heard(translated(stalls.during(work)));
  const named = prepares(options.url)
    ? (text: string) => ({ name: statementName(text), text })
    : (text: string) => ({ text });
  const system = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  async function query<R>(text: string, values: unknown[]): Promise<R[]> {
    const result = await asked(pool.query({ ...named(text), values }));
    // The caller states the row type of its own SQL text; PostgreSQL gives rows of exactly those columns.
    return result.rows as R[];
  }
  return {
    system,
    transaction: (fn) => asked(system.transaction().execute(fn)),
    tenant: (tenantId, fn) =>
      asked(
        system.transaction().execute(async (trx) => {
          // For whom, in the same round trip: what they change is written to the audit by the database.
          const actor = currentActor();
          await trx.executeQuery(
            CompiledQuery.raw("select set_config('app.tenant_id', $1, true), set_config('app.actor', $2, true)", [
              tenantId,
              actor === undefined ? "" : JSON.stringify(actor),
            ]),
          );
          return fn(trx);
        }),
      ),
    query,
    async time() {
      const [row] = await query<{ ms: number }>(
        "select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms",
        [],
      );
      if (row === undefined) throw new Error("the database told no time");
      return row.ms;
    },
    async ping() {
      try {
        await asked(sql`select 1`.execute(system));
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      stalls.stop();
      await system.destroy();
    },
  };
}
