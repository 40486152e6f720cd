import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { withPostgresClient } from "@parley/local-servers";
import { call, type HttpAnswer } from "@parley/testkit";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";

/** `LIMITS_FULL=1` plays every race often enough to be believed; else a short form of each. */
export const isFull = process.env.LIMITS_FULL === "1";

/** Dollars a token of the scripted model in this cluster. */
export const PRICE = { input: 0.001, output: 0.002 };

export interface Answered {
  status: number;
  code: string;
  body: Record<string, unknown>;
}

export interface Arena {
  cluster: Cluster;
  /** A link open to everybody, with what the test sets on it. */
  link(fields: Record<string, unknown>): Promise<MadeLink>;
  /** A visitor's call on the next gateway, from an address of its own. Throws when the connection fails. */
  visit(
    method: string,
    path: string,
    body: unknown,
    more?: { token?: string; wait?: boolean; key?: string },
  ): Promise<Answered>;
  /** Asks for a session as a careful client does: 503 is asked again with the same idempotency key. */
  ask(link: MadeLink): Promise<Answered>;
  /** How often `ask` met a 503. */
  readonly repeats: number;
  /** A session of this link; answers its token. */
  enter(link: MadeLink): Promise<string>;
  /** The owner of the database, past row level security. */
  query<Row extends object>(text: string, values: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** A machine that has other work may not answer five hundred at once within the deadline of a call. */
const MOST_REPEATS = 10;
const MANY = String(1_000_000);

/** Two processes of every service with the scripted model; nothing but the counted limits refuses anybody. */
export async function openArena(): Promise<Arena> {
  const cluster = await startCluster({
    shape: "distributed",
    env: {
      ...{ MODEL: "scripted-echo", SCRIPTED_PACE_MS: "5", TRUSTED_PROXIES: "127.0.0.1/32", LEASE_MS: "1500" },
      MODEL_PRICES: JSON.stringify({ "scripted-echo": { input: PRICE.input * 1e6, output: PRICE.output * 1e6 } }),
      ...{ RATE_LIMIT_ADDRESS_PER_MINUTE: MANY, RATE_LIMIT_LINK_PER_MINUTE: MANY, RATE_LIMIT_TENANT_PER_MINUTE: MANY },
      ...{ RATE_LIMIT_GLOBAL_PER_MINUTE: MANY, LINKS_PER_CALLER_MAX: MANY },
      // Turns of one link that hold its budget by turns: each takes longer on a slow machine.
      BUDGET_WAIT_MS: "40000",
      ...{ SESSIONS_MAX_IN_FLIGHT: "10000", LINKS_MAX_IN_FLIGHT: "10000", MAX_REQUESTS_IN_FLIGHT: "10000" },
    },
  });
  try {
    const tenant = await createTenant(cluster, "Limits");
    await importAgent(tenant, "echo", ECHO);
    return arenaOf(cluster, tenant);
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

function arenaOf(cluster: Cluster, tenant: Tenant): Arena {
  let calls = 0;
  let repeats = 0;
  const arena: Arena = {
    cluster,
    link: (fields) =>
      createLink(tenant, "echo", { ...{ rate_limit_per_minute: 100, proof_of_work: "off", ...fields } }),
    async visit(method, path, body, { token, wait = true, key } = {}) {
      calls += 1;
      const n = calls;
      const answer = await call(`${cluster.gateways[n % cluster.gateways.length]}${path}`, method, {
        body: JSON.stringify(body),
        timeoutMs: 60_000,
        headers: {
          "x-forwarded-for": `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(wait ? {} : { prefer: "respond-async" }),
          ...(key === undefined ? {} : { "idempotency-key": key }),
        },
      });
      return { status: answer.status, code: codeOf(answer), body: answer.body };
    },
    get repeats() {
      return repeats;
    },
    async ask(link) {
      const key = randomUUID();
      for (let n = 0; ; n += 1) {
        const answer = await arena.visit("POST", `/api/public/sessions/${link.token}`, {}, { key });
        if (answer.status !== 503 || n === MOST_REPEATS) return answer;
        repeats += 1;
        await delay(200 + Math.random() * 500);
      }
    },
    async enter(link) {
      const made = await arena.ask(link);
      if (made.status !== 201) throw new Error(`no session: ${made.status} ${made.code}`);
      return String(made.body.session_token);
    },
    query: (text, values) =>
      withPostgresClient(cluster.database.adminUrl, async (owner) => {
        const { rows } = await owner.query(text, values);
        // Test equipment: the caller names the columns of its own statement.
        return rows as never[];
      }),
    close: () => cluster.close(),
  };
  return arena;
}

const codeOf = (answer: HttpAnswer): string => (typeof answer.body.code === "string" ? answer.body.code : "");

/** How often each answer came, as `status code`. */
export function tally(answers: readonly Answered[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of answers) {
    const name = `${status} ${code}`.trim();
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** `count` times the same at once. */
export const atOnce = <T>(count: number, act: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => act(n)));

/** What the books say of a link, and what there is. */
export interface Books {
  sessions_used: number;
  sessions: number;
  /** Sessions that somebody has said something in, answered or not. */
  talking: number;
  tokens_used: number;
  cost_used: number;
  /** Tokens and dollars that the results of finished turns name. */
  tokens_told: number;
  cost_told: number;
  reserved: number;
  most_messages: number;
  /** Sessions whose count of messages is not that of their answered and waiting turns. */
  miscounted: number;
}

export async function booksOf(arena: Arena, link: MadeLink): Promise<Books> {
  const [books] = await arena.query<Books>(
    `select l.sessions_used, coalesce(b.tokens_used, 0)::int as tokens_used, coalesce(b.cost_used, 0)::float as cost_used,
       (select count(*)::int from text_conversations c where c.link_id = l.id) as sessions,
       (select count(distinct t.conversation_id)::int from session_turns t join text_conversations c on c.id = t.conversation_id
         where c.link_id = l.id and t.kind = 'message') as talking,
       (select count(*)::int from budget_reservations r join text_conversations c on c.id = r.conversation_id
         where r.link_id = l.id and holds_budget(r, c)) as reserved,
       (select coalesce(sum((t.result -> 'usage' ->> 'input_tokens')::int + (t.result -> 'usage' ->> 'output_tokens')::int), 0)::int
          from session_turns t join text_conversations c on c.id = t.conversation_id where c.link_id = l.id and t.status = 'done') as tokens_told,
       (select coalesce(sum((t.result -> 'usage' ->> 'cost')::numeric), 0)::float
          from session_turns t join text_conversations c on c.id = t.conversation_id where c.link_id = l.id and t.status = 'done') as cost_told,
       (select coalesce(max(c.messages_used), 0)::int from text_conversations c where c.link_id = l.id) as most_messages,
       (select count(*)::int from text_conversations c where c.link_id = l.id and c.messages_used <> (select count(*) from session_turns t
         where t.conversation_id = c.id and t.kind = 'message' and t.status <> 'failed')) as miscounted
     from temporary_chat_links l left join link_budgets b on b.link_id = l.id where l.id = $1`,
    [link.id],
  );
  if (!books) throw new Error("no such link");
  return books;
}
