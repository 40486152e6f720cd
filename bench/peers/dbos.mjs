import { DBOS } from "@dbos-inc/dbos-sdk";
import pg from "pg";
import { serveChat } from "./chat-server.mjs";
import { FIRST_STATE, modelReply, stateAfter } from "./turn.mjs";

/** One workflow per turn: read the state, call the model, write the state; each is a step whose result is kept. */
const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
await pool.query("create table if not exists peer_sessions (id text primary key, state jsonb not null)");

async function read(id) {
  const { rows } = await pool.query({
    name: "read",
    text: "select state from peer_sessions where id = $1",
    values: [id],
  });
  return rows[0]?.state ?? FIRST_STATE;
}

const write = (id, state) =>
  pool.query({
    name: "write",
    text: "insert into peer_sessions values ($1, $2) on conflict (id) do update set state = excluded.state",
    values: [id, JSON.stringify(state)],
  });

const turn = DBOS.registerWorkflow(
  async (id, text) => {
    const state = await DBOS.runStep(() => read(id), { name: "read" });
    const reply = await DBOS.runStep(() => modelReply(state.history, text), { name: "model" });
    await DBOS.runStep(async () => void (await write(id, stateAfter(state, text, reply))), { name: "write" });
    return reply;
  },
  { name: "turn" },
);

DBOS.setConfig({
  name: "bench",
  systemDatabaseUrl: process.env.DATABASE_URL,
  logLevel: "error",
  runAdminServer: false,
});
await DBOS.launch();
await serveChat((id, text) => turn(id, text));
