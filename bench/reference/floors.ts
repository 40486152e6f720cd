import { connect } from "@nats-io/transport-node";
import OpenAI from "openai";
import pg from "pg";
import { leanReply } from "./model-call.js";

/**
 * What single steps cost by themselves: `floors.ts <name> <count>`. Prints `{"cpuUs": …}`: CPU microseconds of this process per
 * operation, 16 under way; what the server used is measured outside.
 */
const { DATABASE_URL = "", NATS_URL = "", OPENAI_BASE_URL = "" } = process.env;
const [name = "", countText = "1000"] = process.argv.slice(2);
const WORKERS = 16;
const messages = [{ role: "user" as const, content: "Say something short." }];

type Floor = { run(): Promise<unknown>; close(): Promise<unknown> };

async function natsRequest(): Promise<Floor> {
  const { host, username: user, password: pass } = new URL(NATS_URL);
  const [asking, answering] = await Promise.all([1, 2].map(() => connect({ servers: host, user, pass })));
  if (asking === undefined || answering === undefined) throw new Error("two connections");
  answering.subscribe("bench.floor", { callback: (_error, message) => void message.respond(message.data) });
  await answering.flush();
  const close = () => Promise.all([asking.close(), answering.close()]);
  return { run: () => asking.request("bench.floor", "hello"), close };
}

async function insert(): Promise<Floor> {
  const pool = new pg.Pool({ connectionString: DATABASE_URL, max: WORKERS });
  await pool.query("create table if not exists floor_rows (id bigserial primary key, content text)");
  const query = { name: "floor", text: "insert into floor_rows (content) values ($1)", values: ["hello"] };
  return { run: () => pool.query(query), close: () => pool.end() };
}

async function sdk(): Promise<Floor> {
  const client = new OpenAI({ apiKey: "bench", baseURL: OPENAI_BASE_URL });
  const run = async (): Promise<void> => {
    const stream = await client.chat.completions.create({ model: "fake", messages, stream: true });
    for await (const _part of stream);
  };
  return { run, close: async () => undefined };
}

async function lean(): Promise<Floor> {
  const client = new OpenAI({ apiKey: "bench", baseURL: OPENAI_BASE_URL });
  return { run: () => leanReply({ baseUrl: OPENAI_BASE_URL, client, messages }), close: async () => undefined };
}

const floors: Record<string, () => Promise<Floor>> = { nats: natsRequest, insert, sdk, lean };
const make = floors[name];
if (make === undefined) throw new Error(`no floor is called ${name}`);
const floor = await make();
const repeat = async (count: number): Promise<void> => {
  let left = count;
  const worker = async (): Promise<void> => {
    for (; left > 0; left -= 1) await floor.run();
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
};
const count = Number(countText);
await repeat(Math.ceil(count / 4));
const before = process.cpuUsage();
await repeat(count);
const { user, system } = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ cpuUs: (user + system) / count })}\n`);
await floor.close();
process.exit(0);
