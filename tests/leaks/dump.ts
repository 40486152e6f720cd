import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { withPostgresClient } from "@parley/local-servers";
import type { Cluster } from "../cluster/cluster.js";

/** Where something may lie, and all that lies there, byte for byte as latin1. */
export interface Place {
  store: "database" | "redis" | "nats" | "logs";
  /** `table.column`, type and first part of a key, a file, or a process. */
  name: string;
  content: string;
  /** Redis only: milliseconds until it is gone, -1 = it stays. */
  livesMs?: number;
}

/** Everything the product keeps or says at this moment. */
export async function dumpAll(cluster: Cluster): Promise<Place[]> {
  const [database, redis] = await Promise.all([dumpDatabase(cluster), dumpRedis(cluster.redis.url)]);
  return [...database, ...redis, ...dumpFiles(cluster), ...dumpLogs(cluster)];
}

/** Every column of every table, past row level security; bytea as its bytes, JSON as text. */
async function dumpDatabase(cluster: Cluster): Promise<Place[]> {
  return withPostgresClient(cluster.database.adminUrl, async (owner) => {
    const tables = await owner.query<{ address: string; name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as address, coalesce(p.relname, c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
         left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
       where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const places = new Map<string, string[]>();
    for (const { address, name } of tables.rows) {
      const { rows } = await owner.query<Record<string, unknown>>(`select * from ${address}`);
      for (const row of rows) {
        for (const [column, value] of Object.entries(row)) {
          const place = `${name}.${column}`;
          const kept = places.get(place) ?? [];
          if (value !== null) kept.push(asBytes(value));
          places.set(place, kept);
        }
      }
    }
    return [...places].map(([name, values]): Place => ({ store: "database", name, content: values.join("\n") }));
  });
}

/** Text as UTF-8 bytes, whatever it came as. */
function asBytes(value: unknown): string {
  if (Buffer.isBuffer(value)) return value.toString("latin1");
  return latin1(typeof value === "string" ? value : JSON.stringify(value));
}

export const latin1 = (text: string): string => Buffer.from(text).toString("latin1");

const KEY_END = "=end-of-a-key=";

/** One script, so that what is read is one moment: keys with their values, of every type. */
const DUMP = `
local all, out = {}, {}
local function add(value)
  if type(value) == 'table' then for _, one in ipairs(value) do add(one) end
  else out[#out + 1] = tostring(value) end
end
for _, key in ipairs(redis.call('KEYS', '*')) do
  out = { key }
  local kind = redis.call('TYPE', key).ok
  if kind == 'string' then add(redis.call('GET', key))
  elseif kind == 'hash' then add(redis.call('HGETALL', key))
  elseif kind == 'list' then add(redis.call('LRANGE', key, 0, -1))
  elseif kind == 'set' then add(redis.call('SMEMBERS', key))
  elseif kind == 'zset' then add(redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'))
  elseif kind == 'stream' then add(redis.call('XRANGE', key, '-', '+'))
  else return redis.error_reply('a type the dump does not know: ' .. kind) end
  local head = kind .. ' ' .. redis.call('PTTL', key)
  all[#all + 1] = head .. '\\n' .. table.concat(out, '\\n')
end
return table.concat(all, '${KEY_END}')`;

async function dumpRedis(url: string): Promise<Place[]> {
  const keys = (await runDump(url)).split(KEY_END);
  return keys.map((text): Place => {
    const [head = "", key = ""] = text.split("\n", 2);
    const [type = "", lives = ""] = head.split(" ");
    const name = `${type} ${key.split(":").slice(0, 2).join(":")}`;
    return { store: "redis", name, content: text.slice(head.length + 1), livesMs: Number(lives) };
  });
}

async function runDump(url: string): Promise<string> {
  const { hostname, port, password } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding("latin1");
  try {
    await once(socket, "connect");
    socket.write(command("AUTH", decodeURIComponent(password)) + command("EVAL", DUMP, "0"), "latin1");
    let said = "";
    for await (const chunk of socket) {
      said += chunk;
      if (/(^|\r\n)-/.test(said.slice(0, 200))) throw new Error(`redis refused: ${said.slice(0, 200)}`);
      const [head, length] = /^\+OK\r\n\$(\d+)\r\n/.exec(said) ?? [];
      if (head !== undefined && said.length >= head.length + Number(length) + 2) return said.slice(head.length, -2);
    }
    throw new Error("redis went away");
  } finally {
    socket.destroy();
  }
}

const command = (...words: string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;

/** The store of JetStream and the server's own log; the settings hold the server's password and nothing of a tenant. */
function dumpFiles(cluster: Cluster): Place[] {
  return readdirSync(cluster.nats.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry): Place => {
      const file = join(entry.parentPath, entry.name);
      return { store: "nats", name: file.slice(cluster.nats.data.length), content: readFileSync(file, "latin1") };
    });
}

/** All lines but the one that `--json` asks for: that one hands the operator the keys on purpose. */
function dumpLogs(cluster: Cluster): Place[] {
  return cluster.children.map((child): Place => {
    const lines = child.log().split("\n");
    const said = lines.filter((line) => !line.startsWith('{"url"')).join("\n");
    return { store: "logs", name: child.name, content: latin1(said) };
  });
}
