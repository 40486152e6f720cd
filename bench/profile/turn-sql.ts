import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { applicationUrl, type Db } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import pg from "pg";
import { commitPlain } from "../../services/agent-runner/src/runner/repository/plain-turns.js";
import type { Accepted } from "../../services/sessions/src/accept/accept-item.js";
import { acceptPlain } from "../../services/sessions/src/accept/plain-messages.js";
import { type BenchTurn, fill, finishedTurn, itemOf } from "../capacity/sql-turns.js";
import { formatRows } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import { startStores } from "../stack/stores.js";

/**
 * What the SQL of one turn takes, without any service around it: `node --conditions=parley-source --import tsx bench/profile/turn-sql.ts [turns]
 * [setting=value ...]`. Two ways in alternation: `plain` is that of an ordinary turn (accept with the lease, commit), `rare` that of
 * all others (accept, acquire, commit). Per turn: statements, CPU of the backend (scheduler's nanoseconds), pages touched, bytes of
 * WAL. Rows: how many turns share a statement. Settings are tried for the whole run, for example `synchronous_commit=off`;
 * `sql:FILE` runs a file as the owner first, for example other functions.
 */
const [turnsText = "2048", ...settings] = process.argv.slice(2);
const GROUPS = [1, 4, 8, 32];
const REPETITIONS = 5;
const SESSIONS = 128;
/** What the runner holds in memory, by session: then the history is not read. */
const known = new Map<string, number>();
const ROUNDS = Math.ceil(Number(turnsText) / SESSIONS);

interface Sample {
  statements: number;
  accept: number;
  acquire: number;
  commit: number;
  pages: number;
  wal: number;
}
type Step = "accept" | "acquire" | "commit";

const stores = await startStores(() => undefined);
try {
  const url = await stores.database("turn_sql");
  const ids = Array.from({ length: SESSIONS }, () => randomUUID());
  const tenant = await withPostgresClient(url, async (owner) => {
    const { id, agent, link } = await fill(owner);
    await owner.query(
      `insert into text_conversations
         (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, max_messages, idle_check_at)
       select id, id::text, $2, $3, 1, true, $4, 1000000, now() + interval '1 day' from unnest($1::uuid[]) id`,
      [ids, id, agent, link],
    );
    for (const file of settings) if (file.startsWith("sql:")) await owner.query(readFileSync(file.slice(4), "utf8"));
    return id;
  });
  const client = new pg.Client({ connectionString: applicationUrl(url) });
  // Ended by the stop of the server when a step has failed.
  client.on("error", () => undefined);
  await client.connect();
  for (const setting of settings.filter((text) => !text.startsWith("sql:"))) {
    const [name = "", value = ""] = setting.split("=");
    await client.query(`set ${name} to ${client.escapeLiteral(value)}`);
  }
  const run = await backend(client, { tenant, ids });
  const rows: string[][] = [];
  for (const group of GROUPS) {
    const samples: Record<"rare" | "plain", Sample[]> = { rare: [], plain: [] };
    for (let n = 0; n < REPETITIONS; n += 1)
      for (const way of ["rare", "plain"] as const) samples[way].push(await run(way, group));
    for (const way of ["rare", "plain"] as const) rows.push(rowOf(group, way, samples[way]));
  }
  const head = [
    "turns a statement",
    "way",
    "statements",
    "accept µs",
    "acquire",
    "commit",
    "sum",
    "pages",
    "WAL bytes",
  ];
  process.stdout.write(`${formatRows([head, ...rows])}\n`);
  await client.end();
} finally {
  await stores.stop();
}

function rowOf(group: number, way: string, samples: Sample[]): string[] {
  const middle = (pick: (one: Sample) => number, digits = 0): string =>
    quantile(samples.map(pick), 0.5).toFixed(digits);
  return [
    ...[String(group), way, middle((s) => s.statements, 2), middle((s) => s.accept), middle((s) => s.acquire)],
    ...[middle((s) => s.commit), middle((s) => s.accept + s.acquire + s.commit), middle((s) => s.pages)],
    middle((s) => s.wal),
  ];
}

/** One connection that plays sessions and runner. */
async function backend(client: pg.Client, { tenant, ids }: { tenant: string; ids: string[] }) {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const pid = rows[0]?.pid ?? 0;
  const cpu = (): number => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1_000;
  const names = new Map<string, string>();
  let statements = 0;
  const query = async <R>(text: string, values: unknown[] = []): Promise<R[]> => {
    statements += 1;
    const name = names.get(text) ?? `q${names.size}`;
    names.set(text, name);
    return (await client.query({ name, text, values })).rows as R[];
  };
  const db = { query } as Pick<Db, "query">;
  const counters = async (): Promise<{ pages: number; wal: number }> => {
    await client.query("select pg_stat_force_next_flush()");
    const [row] = (
      await client.query<{ pages: string; wal: string }>(
        `select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as wal,
                (select sum(heap_blks_hit + heap_blks_read + coalesce(idx_blks_hit, 0) + coalesce(idx_blks_read, 0)
                  + coalesce(toast_blks_hit, 0)) from pg_statio_user_tables) as pages`,
      )
    ).rows;
    return { pages: Number(row?.pages), wal: Number(row?.wal) };
  };

  return async (way: "rare" | "plain", group: number): Promise<Sample> => {
    const used: Record<Step, number> = { accept: 0, acquire: 0, commit: 0 };
    const timed = async <T>(step: Step, work: () => Promise<T>): Promise<T> => {
      const before = cpu();
      const result = await work();
      used[step] += cpu() - before;
      return result;
    };
    statements = 0;
    const before = await counters();
    for (let round = 0; round < ROUNDS; round += 1) {
      const mixed = ids.map((id) => ({ id, at: Math.random() })).sort((a, b) => a.at - b.at);
      for (let n = 0; n < mixed.length; n += group) {
        const some = mixed.slice(n, n + group).map(({ id }) => id);
        await (way === "plain" ? plain(db, { tenant, some, timed }) : rare(db, { tenant, some, timed }));
      }
    }
    const after = await counters();
    const turns = ROUNDS * ids.length;
    return {
      statements: statements / turns,
      ...{ accept: used.accept / turns, acquire: used.acquire / turns, commit: used.commit / turns },
      ...{ pages: (after.pages - before.pages) / turns, wal: (after.wal - before.wal) / turns },
    };
  };
}

interface Some {
  tenant: string;
  some: string[];
  timed: <T>(step: Step, work: () => Promise<T>) => Promise<T>;
}

async function plain(db: Pick<Db, "query">, { tenant, some, timed }: Some): Promise<void> {
  const items = some.map((id) => itemOf(tenant, id));
  const accepted = await timed("accept", () => acceptPlain(db, items));
  const turns = [...accepted.values()].map(({ conversation_id: conversationId, turn, granted }): BenchTurn => {
    if (granted === undefined) throw new Error("no lease was granted");
    return { conversationId, fence: granted.fence, seq: turn.seq, createdAt: granted.created_at };
  });
  const done = await timed("commit", () =>
    commitPlain(
      db,
      turns.map((turn) => finishedTurn(tenant, turn)),
    ),
  );
  if (done.size !== some.length) throw new Error("a turn was not committed");
}

async function rare(db: Pick<Db, "query">, { tenant, some, timed }: Some): Promise<void> {
  const numbered = (items: object[]): unknown[] => [JSON.stringify(items.map((item, i) => ({ i, ...item })))];
  const items = some.map((id) => itemOf(tenant, id));
  await timed("accept", () => db.query<Accepted>("select accept_messages($1::jsonb) as r", numbered(items)));
  interface Lease {
    conversation_id: string;
    fence: number;
    done_seq: number;
    turns: { created_at: string }[];
  }
  const leases = await timed("acquire", () =>
    db.query<{ r: { lease: Lease } }>(
      "select acquire_sessions($1::jsonb) as r",
      numbered(
        some.map((id) => ({
          ...{ tenant_id: tenant, conversation_id: id, owner: "bench", lease_ms: 5_000, history: 20 },
          known_seq: known.get(id) ?? null,
        })),
      ),
    ),
  );
  const turns = leases.map(({ r: { lease } }): BenchTurn => {
    const seq = lease.done_seq + 1;
    known.set(lease.conversation_id, seq);
    return {
      conversationId: lease.conversation_id,
      fence: lease.fence,
      seq,
      createdAt: lease.turns[0]?.created_at ?? "",
    };
  });
  const done = await timed("commit", () =>
    db.query<{ r: { outcome: string } }>(
      "select commit_turns($1::jsonb) as r",
      numbered(turns.map((turn) => finishedTurn(tenant, turn))),
    ),
  );
  if (done.some(({ r }) => r.outcome !== "committed")) throw new Error("a commit was refused");
}
