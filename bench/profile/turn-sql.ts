import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { applicationUrl, type Db } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import pg from "pg";
import type { AnsweredTurn, CommitItem } from "../../services/agent-runner/src/runner/repository/commit-item.js";
import { commitPlain } from "../../services/agent-runner/src/runner/repository/plain-turns.js";
import type { Accepted, AcceptItem } from "../../services/sessions/src/accept/accept-item.js";
import { acceptPlain } from "../../services/sessions/src/accept/plain-messages.js";
import { formatRows } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import { BENCH_AGENT } from "../stack/agent.js";
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
interface Turn {
  conversationId: string;
  fence: number;
  seq: number;
  createdAt: string;
}

const stores = await startStores(() => undefined);
try {
  const url = await stores.database("turn_sql");
  const tenant = randomUUID();
  const ids = Array.from({ length: SESSIONS }, () => randomUUID());
  await withPostgresClient(url, async (owner) => {
    await fill(owner, tenant, ids);
    for (const file of settings) if (file.startsWith("sql:")) await owner.query(readFileSync(file.slice(4), "utf8"));
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

async function fill(owner: Pick<pg.Client, "query">, tenant: string, ids: string[]): Promise<void> {
  const [agent, link] = [randomUUID(), randomUUID()];
  await owner.query("insert into tenants (id, name) values ($1, 'bench')", [tenant]);
  await owner.query("insert into agents (id, tenant_id, name, slug) values ($1, $2, 'Bench', 'bench')", [
    ...[agent, tenant],
  ]);
  await owner.query(
    "insert into agent_versions (agent_id, version, tenant_id, document, content_hash) values ($1, 1, $2, $3, 'x')",
    [agent, tenant, JSON.stringify(BENCH_AGENT)],
  );
  await owner.query(
    `insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by)
     values ($1, $2, $3, 'bench', '\\x00', 'x', 'Bench', 'bench')`,
    [link, tenant, agent],
  );
  await owner.query(
    `insert into text_conversations
       (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, max_messages, idle_check_at)
     select id, id::text, $2, $3, 1, true, $4, 1000000, now() + interval '1 day' from unnest($1::uuid[]) id`,
    [ids, tenant, agent, link],
  );
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

function itemOf(tenant: string, sessionId: string): AcceptItem {
  return {
    access: { tenant_id: tenant, session_id: sessionId, sends: true },
    ...{ content: "please move on, number 1", client_message_id: randomUUID(), files: [], idem_key: null },
    ...{ idem_fingerprint: null, signature: null, reply_to: "bench" },
  };
}

async function plain(db: Pick<Db, "query">, { tenant, some, timed }: Some): Promise<void> {
  const items = some.map((id) => itemOf(tenant, id));
  const accepted = await timed("accept", () => acceptPlain(db, items));
  const turns = [...accepted.values()].map(({ conversation_id: conversationId, turn, granted }): Turn => {
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
  const turns = leases.map(({ r: { lease } }): Turn => {
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

/** A turn as the runner commits it: one transition, one variable, one message. */
function finishedTurn(tenant: string, { conversationId, fence, seq, createdAt }: Turn): CommitItem {
  const node = { node_id: "there", node_name: "There" };
  const message = { ...node, content: "Certainly, that is one short sentence." };
  const transition = {
    ...{ from_node: "here", from_node_name: "Here", to_node: "there", to_node_name: "There" },
    condition: "contains:move",
  };
  const usage = { input_tokens: 20, output_tokens: 8, cost: null };
  const call = {
    ...{ call_id: "1", type: "llm.reply", node_id: "there", latency_ms: 3, model: "fake", usage, failed: null },
    result: { text: message.content },
  };
  const turn: AnsweredTurn = {
    ...{ tenant_id: tenant, conversation_id: conversationId, fence, seq, kind: "message", lease_ms: 5_000 },
    ...{ failed: null, dead: null, ...node, node_changed: true, ended: false, turn_number: seq, notices: [] },
    user: { content: "please move on, number 1", client_message_id: null, files: null, created_at: createdAt },
    state: { v: 1, node: "there", variables: { place: "there" }, counters: {}, path: ["here", "there"] },
    ...{ messages: [message], transitions: [transition], variables: { place: "there" } },
    ...{ has_webhooks: false, finish_reason: "complete" },
    result: JSON.stringify({
      ...{ turn_id: `${conversationId}.${seq}`, kind: "message", response: message.content, messages: [message] },
      ...{ ...node, transitions: [transition], usage, previous_node_id: "here", previous_node_name: "Here" },
      ...{ extracted_variables: { place: "there" }, session_ended: false, turn_number: seq, latency_ms: 3 },
      remaining_messages: null,
    }),
    trace: JSON.stringify({ calls: [call], warnings: [], variable_nodes: { place: "there" } }),
  };
  return turn;
}
