import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { applicationUrl } from "@parley/db";
import { withPostgresClient } from "@parley/local-servers";
import pg from "pg";
import { cpuOf } from "../measure/cpu.js";
import { formatRows } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import { BENCH_AGENT } from "../stack/agent.js";
import { startStores } from "../stack/stores.js";

/**
 * CPU of PostgreSQL for the three calls of one turn (accept, acquire, commit), without any service around them:
 * `node --import tsx bench/profile/turn-sql.ts [turns] [setting=value ...]`. Rows: how many turns share a statement. Settings are tried
 * beside the defaults, for example `plan_cache_mode=force_generic_plan` or `role=parley_owner` (no row level security);
 * `sql:FILE` runs a file as the owner first, for example other functions, and stays for the variants after it.
 */
const [turnsText = "2000", ...settings] = process.argv.slice(2);
const TURNS = Number(turnsText);
const GROUPS = [1, 8, 32];
const REPETITIONS = 3;
const SESSIONS = 64;
/** What the runner holds in memory, by session: then the history is not read. */
const known = new Map<string, number>();

interface Sample {
  accept: number;
  acquire: number;
  commit: number;
}

const stores = await startStores(() => undefined);
try {
  const url = await stores.database("turn_sql");
  const tenant = randomUUID();
  const agent = randomUUID();
  const ids = Array.from({ length: SESSIONS }, () => randomUUID());
  await withPostgresClient(url, async (client) => {
    await client.query("insert into tenants (id, name) values ($1, 'bench')", [tenant]);
    await client.query("insert into agents (id, tenant_id, name, slug) values ($1, $2, 'Bench', 'bench')", [
      agent,
      tenant,
    ]);
    await client.query(
      "insert into agent_versions (agent_id, version, tenant_id, document, content_hash) values ($1, 1, $2, $3, 'x')",
      [...[agent, tenant, JSON.stringify(BENCH_AGENT)]],
    );
    await client.query(
      `insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, idle_check_at)
       select id, id::text, $2, $3, 1, true, now() + interval '1 day' from unnest($1::uuid[]) id`,
      [ids, tenant, agent],
    );
    await client.query("analyze");
  });
  const variants = [[], ...settings.map((setting) => [setting])];
  const rows: string[][] = [];
  for (const variant of variants) {
    for (const group of GROUPS) {
      const samples: Sample[] = [];
      for (const file of variant) if (file.startsWith("sql:")) await runFile(url, file.slice(4));
      for (let n = 0; n < REPETITIONS; n += 1) samples.push(await sample(url, { tenant, ids, group, variant }));
      const middle = (pick: (one: Sample) => number): string => quantile(samples.map(pick), 0.5).toFixed(0);
      const sum = middle(({ accept, acquire, commit }) => accept + acquire + commit);
      rows.push([
        String(group),
        variant.join(" ") || "as shipped",
        middle((s) => s.accept),
        middle((s) => s.acquire),
        middle((s) => s.commit),
        sum,
      ]);
    }
  }
  const head = ["turns a statement", "setting", "accept", "acquire", "commit", "sum, CPU µs a turn"];
  process.stdout.write(`${formatRows([head, ...rows])}\n`);
} finally {
  await stores.stop();
}

function runFile(url: string, file: string): Promise<unknown> {
  return withPostgresClient(url, (client) => client.query(readFileSync(file, "utf8")));
}

interface Setup {
  tenant: string;
  ids: string[];
  group: number;
  variant: string[];
}

/** One connection that plays sessions, runner and everybody else. */
async function sample(url: string, { tenant, ids, group, variant }: Setup): Promise<Sample> {
  const client = new pg.Client({ connectionString: applicationUrl(url) });
  await client.connect();
  try {
    return await sampleWith(client, { tenant, ids, group, variant });
  } finally {
    await client.end();
  }
}

async function sampleWith(client: pg.Client, { tenant, ids, group, variant }: Setup): Promise<Sample> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const pids = { backend: rows[0]?.pid ?? 0 };
  for (const setting of variant.filter((text) => !text.startsWith("sql:"))) {
    const [name = "", value = ""] = setting.split("=");
    await client.query(`set ${name} to ${client.escapeLiteral(value)}`);
  }
  const used: Sample = { accept: 0, acquire: 0, commit: 0 };
  const timed = async <T>(step: keyof Sample, work: () => Promise<T>): Promise<T> => {
    const before = cpuOf(pids).backend ?? 0;
    const result = await work();
    used[step] += (cpuOf(pids).backend ?? 0) - before;
    return result;
  };
  // Each step is done for all sessions before its time is read: the clock of the kernel ticks every 10 ms.
  for (let round = 0; round < Math.ceil(TURNS / ids.length); round += 1) {
    await timed("accept", () => accept(client, { tenant, ids, group }));
    const acquired = await timed("acquire", () => acquire(client, { tenant, ids, group }));
    await timed("commit", () => commit(client, { tenant, ids, group }, acquired));
  }
  const turns = Math.ceil(TURNS / ids.length) * ids.length;
  return {
    accept: (used.accept * 1_000) / turns,
    acquire: (used.acquire * 1_000) / turns,
    commit: (used.commit * 1_000) / turns,
  };
}

type At = Pick<Setup, "tenant" | "ids" | "group">;
function chunks<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) => items.slice(n * size, (n + 1) * size));
}

async function accept(client: pg.Client, { tenant, ids, group }: At): Promise<void> {
  for (const some of chunks(ids, group)) {
    const items = some.map((id, i) => ({
      ...{ i, access: { tenant_id: tenant, session_id: id }, content: "please move on, number 1" },
      ...{ client_message_id: null, idem_key: null, idem_fingerprint: null, reply_to: "bench" },
    }));
    await client.query({
      name: "accept",
      text: "select accept_messages($1::jsonb) as r",
      values: [JSON.stringify(items)],
    });
  }
}

interface Acquired {
  conversation_id: string;
  fence: number;
  done_seq: number;
  turns: { created_at: string }[];
}

async function acquire(client: pg.Client, { tenant, ids, group }: At): Promise<Acquired[]> {
  const all: Acquired[] = [];
  for (const some of chunks(ids, group)) {
    const items = some.map((id, i) => ({
      ...{ i, tenant_id: tenant, conversation_id: id, owner: "bench", lease_ms: 5_000 },
      ...{ known_seq: known.get(id) ?? null, history: 20 },
    }));
    const text = "select acquire_sessions($1::jsonb) as r";
    const values = [JSON.stringify(items)];
    const { rows } = await client.query<{ r: { lease: Acquired | null } }>({ name: "acquire", text, values });
    for (const { r } of rows) {
      if (r.lease === null) continue;
      all.push(r.lease);
      known.set(r.lease.conversation_id, r.lease.done_seq + 1);
    }
  }
  return all;
}

async function commit(client: pg.Client, { tenant, group }: At, acquired: Acquired[]): Promise<void> {
  for (const some of chunks(acquired, group)) {
    const items = some.map((session, i) => ({ i, ...finishedTurn(tenant, session) }));
    const text = "select commit_turns($1::jsonb) as r";
    const { rows } = await client.query<{ r: { outcome: string } }>({
      name: "commit",
      text,
      values: [JSON.stringify(items)],
    });
    const refused = rows.find(({ r }) => r.outcome !== "committed");
    if (refused) throw new Error("a commit was refused");
  }
}

/** A turn as the runner commits it: one transition, one variable, one message. */
function finishedTurn(tenant: string, session: Acquired): Record<string, unknown> {
  const seq = session.done_seq + 1;
  const node = { node_id: "there", node_name: "There" };
  const message = { ...node, content: "Certainly, that is one short sentence." };
  const transition = {
    from_node: "here",
    from_node_name: "Here",
    to_node: "there",
    to_node_name: "There",
    condition: "contains:move",
  };
  const usage = { input_tokens: 20, output_tokens: 8, cost: null };
  const turn_id = `${session.conversation_id}.${seq}`;
  return {
    ...{
      tenant_id: tenant,
      conversation_id: session.conversation_id,
      fence: session.fence,
      seq,
      kind: "message",
      lease_ms: 5_000,
    },
    ...{ failed: null, dead: null, ...node, node_changed: true, ended: false, turn_number: seq, notices: [] },
    user: { content: "please move on, number 1", client_message_id: null, created_at: session.turns[0]?.created_at },
    state: { v: 1, node: "there", variables: { place: "there" }, counters: {}, path: ["here", "there"] },
    messages: [message],
    transitions: [transition],
    variables: { place: "there" },
    result: {
      ...{
        turn_id,
        kind: "message",
        response: message.content,
        messages: [message],
        ...node,
        transitions: [transition],
        usage,
      },
      ...{
        previous_node_id: "here",
        previous_node_name: "Here",
        extracted_variables: { place: "there" },
        session_ended: false,
      },
      ...{ turn_number: seq, latency_ms: 3, remaining_messages: null },
    },
    trace: {
      calls: [
        {
          call_id: "1",
          type: "llm.reply",
          node_id: "there",
          latency_ms: 3,
          model: "fake",
          usage,
          result: { text: message.content },
          failed: null,
        },
      ],
      warnings: [],
    },
  };
}
