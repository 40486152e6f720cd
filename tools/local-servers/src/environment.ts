import { type ResolveOptions, reasonOf, type Store, type StoreName, StoresError } from "./contract.js";
import { askNats } from "./nats-server.js";
import { askPostgres } from "./postgres-server.js";
import { askRedis } from "./redis-server.js";

const variables = { postgres: "DATABASE_URL", nats: "NATS_URL", redis: "REDIS_URL" } as const;
const standardPorts = { postgres: 5432, nats: 4222, redis: 6379 } as const;
const loopback = {
  postgres: "postgres://postgres@127.0.0.1:5432/postgres",
  nats: "nats://127.0.0.1:4222",
  redis: "redis://127.0.0.1:6379",
} as const;

/**
 * The store whose address is set in the environment, asked whether it answers; null when none is set. Nothing is
 * started or stopped.
 *
 * @throws StoresError `address_unreachable` naming the variable, never the address: it may hold a password.
 */
export async function environmentStore(name: StoreName, options: ResolveOptions): Promise<Store | null> {
  const url = options.env[variables[name]] || (options.useRunning ? loopback[name] : "");
  if (url === "") return null;
  try {
    const port = portOf(url, name);
    const version = await { postgres: askPostgres, nats: askNats, redis: askRedis }[name](url);
    return { url, version, from: "environment", port, data: null, ...(name === "postgres" ? { adminUrl: url } : {}) };
  } catch (error) {
    if (error instanceof StoresError) throw error;
    const message = `${variables[name]} is set, but the address does not answer as it should: ${reasonOf(error)}`;
    throw new StoresError("address_unreachable", message, { cause: error });
  }
}

function portOf(url: string, name: StoreName): number {
  const first = url.split(",", 1)[0] ?? url;
  if (!URL.canParse(first)) throw new Error("it is not a URL");
  return Number(new URL(first).port || standardPorts[name]);
}
