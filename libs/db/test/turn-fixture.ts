import { newId } from "@parley/contracts";
import { createLogger } from "@parley/observability";
import { type FreshDatabase, freshDatabase, insertLink, insertTenant } from "@parley/testkit";
import { connectDb, type Db, sqlStateOf } from "../src/index.js";
import { acceptPlain, commitPlain, grantedTo } from "./plain-turns.js";

export interface Fixture {
  database: FreshDatabase;
  db: Db;
  tenantId: string;
  agentId: string;
  linkId: string;
  close(): Promise<void>;
}

export const logger = createLogger({ service: "test", level: "fatal" });

/** A database with one tenant, one agent with one version, and one link. */
export async function turnFixture(
  link: { max_sessions?: number; max_messages?: number; expires_at?: string } = {},
): Promise<Fixture> {
  const database = await freshDatabase();
  const db = connectDb({ url: database.url, name: "test", logger, max: 16, connectTimeoutMs: 30_000 });
  const { tenantId, agentId } = await insertTenant(db, {});
  const columns = {
    max_sessions: link.max_sessions ?? 1000,
    max_messages_per_session: link.max_messages ?? 100,
    expires_at: link.expires_at ?? null,
  };
  const { id: linkId } = await insertLink(db, { tenantId, agentId }, { columns });
  return {
    database,
    db,
    ...{ tenantId, agentId, linkId },
    async close() {
      await db.close();
      await database.drop();
    },
  };
}

type Json = Record<string, unknown>;

export async function open(
  f: Fixture,
  more: Json = {},
): Promise<{ sessionId: string; conversationId: string; raw: Json }> {
  const sessionId = `text_${newId()}`;
  const [row] = await f.db.query<{ r: { session: { session_id: string; conversation_id: string } } & Json }>(
    "select open_session($1::json) as r",
    [
      JSON.stringify({
        id: newId(),
        session_id: sessionId,
        tenant_id: f.tenantId,
        agent_id: f.agentId,
        agent_version: 1,
        is_active_version: true,
        participant: {},
        participant_verified: false,
        metadata: {},
        idle_timeout_seconds: 1800,
        reply_to: "gw",
        idem_key: null,
        idem_fingerprint: null,
        link: null,
        ...more,
      }),
    ],
  );
  if (!row) throw new Error("no row");
  return { sessionId: row.r.session.session_id, conversationId: row.r.session.conversation_id, raw: row.r };
}

export const linkOf = (f: Fixture): Json => ({
  id: f.linkId,
  token_row_id: newId(),
  token_id: newId().slice(-12),
  token_hash: "00",
  policy: {},
});

/** As the product does it: in one statement what needs nothing else, and the rest item by item. */
export async function accept(f: Fixture, given: Json[]): Promise<Json[]> {
  const none = { client_message_id: null, idem_key: null, idem_fingerprint: null };
  const items = given.map((item, i): Json & { i: number } => ({ i, ...none, reply_to: "gw", ...item }));
  const done = await acceptPlain(
    f.db,
    items.filter(({ files }) => files === undefined),
  ).catch(unlessRepeated);
  const left = items.filter(({ i }) => !done.some((answer) => answer.i === i));
  const rows = await f.db.query<{ r: Json & { i: number } }>("select accept_messages($1::jsonb) as r", [
    JSON.stringify(left),
  ]);
  return [...done, ...rows.map((row) => row.r)].sort((a, b) => a.i - b.i);
}

function unlessRepeated(error: unknown): [] {
  if (sqlStateOf(error) === "23505") return [];
  throw error;
}

export const message = (f: Fixture, sessionId: string, content: string, more: Json = {}): Json => ({
  access: { tenant_id: f.tenantId, session_id: sessionId },
  content,
  ...more,
});

export async function acquire(
  f: Fixture,
  sessionId: string,
  leaseMs = 60_000,
): Promise<{
  fence: number;
  done_seq: number;
  conversation_id: string;
  tries: number;
  turns: { seq: number; content: string; kind: string }[];
} | null> {
  const [session] = await f.db.query<{ id: string }>("select get_session($1::jsonb) ->> 'conversation_id' as id", [
    JSON.stringify({ tenant_id: f.tenantId, session_id: sessionId }),
  ]);
  const item = {
    i: 0,
    tenant_id: f.tenantId,
    conversation_id: session?.id,
    owner: "me",
    lease_ms: leaseMs,
    known_seq: null,
    history: 100,
    granted: grantedTo(sessionId),
  };
  const [row] = await f.db.query<{ r: { lease: never } }>("select acquire_sessions($1::jsonb) as r", [
    JSON.stringify([item]),
  ]);
  return row?.r.lease ?? null;
}

export function reply(
  f: Fixture,
  at: { conversation_id: string; fence: number },
  turn: { seq: number; content: string; kind: string },
  more: Json = {},
): Json {
  return {
    tenant_id: f.tenantId,
    conversation_id: at.conversation_id,
    fence: at.fence,
    seq: turn.seq,
    kind: turn.kind,
    lease_ms: 60_000,
    failed: null,
    dead: null,
    user:
      turn.kind === "open"
        ? null
        : { content: turn.content, client_message_id: null, created_at: new Date().toISOString() },
    state: { v: 1, after: turn.seq },
    node_id: "n",
    node_name: "N",
    node_changed: false,
    ended: false,
    turn_number: turn.seq - 1,
    messages: [{ node_id: "n", node_name: "N", content: `reply ${turn.seq}` }],
    transitions: [],
    notices: [],
    variables: {},
    result: { turn: turn.seq },
    trace: null,
    ...more,
  };
}

/** As the product does it: in one statement what leaves nothing behind but words, and the rest item by item. */
export async function commit(f: Fixture, given: Json[]): Promise<(Json & { outcome: string })[]> {
  const items = given.map((item, i): Json & { i: number } => ({ i, ...item }));
  const done = await commitPlain(f.db, items);
  const left = items.filter(({ i }) => !done.some((answer) => answer.i === i));
  const rows = await f.db.query<{ r: Json & { i: number; outcome: string } }>("select commit_turns($1::jsonb) as r", [
    JSON.stringify(left),
  ]);
  return [...done, ...rows.map((row) => row.r)].sort((a, b) => a.i - b.i);
}

/** Opens a session and answers its first turn. */
export async function opened(f: Fixture, more: Json = {}): Promise<string> {
  const { sessionId } = await open(f, more);
  const held = await acquire(f, sessionId);
  if (!held?.turns[0]) throw new Error("not acquired");
  await commit(f, [reply(f, held, held.turns[0])]);
  return sessionId;
}
