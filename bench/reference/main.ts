import { createHash, timingSafeEqual } from "node:crypto";
import Fastify from "fastify";
import OpenAI from "openai";
import pg from "pg";
import { HISTORY_WINDOW, SYSTEM_PROMPT } from "../stack/agent.js";
import { leanReply, type Message, sdkReply } from "./model-call.js";

/**
 * The floor of G1 and G5: one process that does the same durable turn with nothing in between: Fastify, a token check, a rate
 * counter, the state of the conversation in memory, one lean model call and ONE PostgreSQL statement (session, two messages,
 * a transition, a variable, an event). It cannot be scaled, resumed or observed. `MODEL_CALL=sdk` makes the call with the openai
 * SDK as it comes (G2). Prints `{"url": …}`.
 */
const { DATABASE_URL = "", OPENAI_BASE_URL = "", MODEL_CALL = "lean" } = process.env;
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 10 });
const client = new OpenAI({ apiKey: "bench", baseURL: OPENAI_BASE_URL });

const SCHEMA = `
create table if not exists ref_sessions (id int primary key, token_hash bytea not null, turns int not null default 0,
  place text not null default 'here', variables jsonb not null default '{}', updated_at timestamptz not null default now()) with (fillfactor = 60);
create table if not exists ref_messages (session_id int, sequence int, role text, content text, created_at timestamptz default now(),
  primary key (session_id, sequence));
create table if not exists ref_transitions (session_id int, turn int, from_place text, to_place text, primary key (session_id, turn));
create table if not exists ref_events (session_id int, turn int, payload json, primary key (session_id, turn));`;

const TURN = `
with s as (update ref_sessions set turns = turns + 1, place = $2, variables = $3, updated_at = now() where id = $1 returning turns),
 m as (insert into ref_messages (session_id, sequence, role, content)
   select $1, s.turns * 2 - 1, 'user', $4 from s union all select $1, s.turns * 2, 'assistant', $5 from s),
 t as (insert into ref_transitions select $1, s.turns, $6, $2 from s),
 e as (insert into ref_events select $1, s.turns, $7 from s)
select turns from s`;

interface Session {
  id: number;
  hash: Buffer;
  place: string;
  variables: Record<string, unknown>;
  history: Message[];
  /** Start of the running minute and messages in it. */
  minute: number;
  sent: number;
}
const sessions = new Map<number, Session>();
const hashOf = (token: string): Buffer => createHash("sha256").update(token).digest();

async function durableTurn(
  session: Session,
  text: string,
  onText?: (text: string) => void,
): Promise<{ response: string; turn: number }> {
  const minute = Math.floor(Date.now() / 60_000);
  if (minute !== session.minute) Object.assign(session, { minute, sent: 0 });
  session.sent += 1;
  const user: Message = { role: "user", content: text };
  const messages = [{ role: "system" as const, content: SYSTEM_PROMPT }, ...session.history, user];
  const call = { baseUrl: OPENAI_BASE_URL, client, messages, ...(onText ? { onText } : {}) };
  const response = MODEL_CALL === "sdk" ? await sdkReply(call) : await leanReply(call);
  const from = session.place;
  session.place = text.includes("move") ? (from === "here" ? "there" : "here") : from;
  session.variables = { place: session.place };
  const event = JSON.stringify({ type: "message", role: "assistant", content: response, place: session.place });
  const values = [session.id, session.place, JSON.stringify(session.variables), text, response, from, event];
  const { rows } = await pool.query<{ turns: number }>({ name: "turn", text: TURN, values });
  session.history = [...session.history, user, { role: "assistant" as const, content: response }].slice(
    -HISTORY_WINDOW,
  );
  return { response, turn: rows[0]?.turns ?? 0 };
}

const app = Fastify({ logger: false });
const answerSchema = { type: "object", properties: { response: { type: "string" }, turn: { type: "integer" } } };
const body = {
  type: "object",
  required: ["message"],
  properties: { message: { type: "string", minLength: 1, maxLength: 10_000 } },
};

app.post<{ Params: { id: string }; Body: { message: string } }>(
  "/chat/:id",
  { schema: { body, response: { 200: answerSchema } } },
  async (request, reply) => {
    const session = sessions.get(Number(request.params.id));
    const token = request.headers.authorization?.slice("Bearer ".length) ?? "";
    if (session === undefined || !timingSafeEqual(session.hash, hashOf(token))) return reply.code(401).send({});
    if (!request.headers.accept?.includes("text/event-stream")) return durableTurn(session, request.body.message);
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream" });
    const answer = await durableTurn(session, request.body.message, (text) => {
      reply.raw.write(`event: message.delta\ndata: ${JSON.stringify({ text })}\n\n`);
    });
    reply.raw.end(`event: turn\ndata: ${JSON.stringify(answer)}\n\n`);
    return reply;
  },
);
/** The floor "bare Fastify". */
app.post<{ Body: { message: string } }>("/bare", { schema: { body } }, async (request) => ({
  response: request.body.message,
}));
/** Makes sessions 1 … n with the tokens `reference-<n>`. */
app.post<{ Params: { count: string } }>("/sessions/:count", async (request) => {
  const count = Number(request.params.count);
  for (let id = 1; id <= count; id += 1) {
    const hash = hashOf(`reference-${id}`);
    await pool.query("insert into ref_sessions (id, token_hash) values ($1, $2) on conflict do nothing", [id, hash]);
    sessions.set(id, { id, hash, place: "here", variables: {}, history: [], minute: 0, sent: 0 });
  }
  return { count };
});

await pool.query(SCHEMA);
const url = await app.listen({ port: 0, host: "127.0.0.1" });
process.stdout.write(`${JSON.stringify({ url })}\n`);
process.once("SIGTERM", () => process.exit(0));
