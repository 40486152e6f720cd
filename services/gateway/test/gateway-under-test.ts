import { type Bus, connectBus } from "@parley/bus";
import { rpc } from "@parley/contracts";
import { signRequest } from "@parley/http";
import { createLogger, createMetrics, type Metrics } from "@parley/observability";
import { connectRedis, type RedisLike } from "@parley/redis";
import { loadConfig } from "@parley/runtime";
import { createSecrets } from "@parley/secrets";
import { startNats } from "@parley/testkit";
import { z } from "zod";
import { createGateway, type Gateway, type GatewayDeps, gatewayConfig } from "../src/index.js";
import { FakeOwners } from "./fake-owners.js";
import { FakeSessions } from "./fake-sessions.js";

export const ADMIN_KEY = "test-admin-key-0123456789";

export interface World {
  url: string;
  gateway: Gateway;
  sessions: FakeSessions;
  owners: FakeOwners;
  /** Bus of the services behind the gateway. */
  bus: Bus;
  redis: RedisLike;
  metrics: Metrics;
  log: string[];
  signed(method: string, path: string, body?: unknown, options?: SignedOptions): Promise<Response>;
  /** Another gateway on the same bus and Redis. */
  another(): Promise<{ url: string; stop(): Promise<void> }>;
  stop(): Promise<void>;
}

export interface SignedOptions {
  headers?: Record<string, string>;
  key?: string;
  timestamp?: number;
  nonce?: string;
  url?: string;
  /** Target that is sent instead of the signed one. */
  sentTo?: string;
  signal?: AbortSignal;
}

/**
 * A gateway on a bus of its own with fake services behind it: both ends speak the declared contracts. Without `redisUrl` the
 * memory driver stands in for Redis.
 */
export async function startWorld(
  env: Record<string, string> = {},
  { redisUrl = null, ...more }: Pick<GatewayDeps, "moreChecks" | "clock"> & { redisUrl?: string | null } = {},
): Promise<World> {
  const nats = await startNats();
  const log: string[] = [];
  const logger = createLogger({ service: "test", level: "info", destination: { write: (line) => log.push(line) } });
  const connect = (name: string): Promise<Bus> => connectBus({ url: nats.url, name, logger });
  const redis = await connectRedis({ url: redisUrl, logger });
  const [bus, gatewayBus] = await Promise.all([connect("services"), connect("gateway")]);
  const sessions = new FakeSessions(bus, redis);
  const owners = new FakeOwners(bus);
  const config = loadConfig(gatewayConfig, { PORT: "0", HOST: "127.0.0.1", ADMIN_API_KEY: ADMIN_KEY, ...env });
  const secrets = createSecrets("test-only-master-key-test-only-master-key");
  const metrics = createMetrics();
  const make = (over: Bus): Gateway => createGateway({ config, logger, metrics, bus: over, redis, secrets, ...more });
  // The server reads one connection in order: this answer shows that it knows everything served on it before.
  const known = rpc("test", "services_known", "test", z.object({}), z.object({}));
  bus.serve(known, async () => ({}));
  await bus.call(known, {});
  const gateway = make(gatewayBus);
  await gateway.start();
  const url = gateway.address();
  const closers: (() => Promise<void>)[] = [];
  return {
    url,
    gateway,
    sessions,
    owners,
    bus,
    redis,
    metrics,
    log,
    signed: (method, path, body, options) => sendSigned(url, { method, path, body }, options),
    async another() {
      const other = make(await connect("gateway-2"));
      await other.start();
      closers.push(() => other.stop());
      return { url: other.address(), stop: () => other.stop() };
    },
    async stop() {
      for (const close of closers) await close();
      await gateway.stop();
      await Promise.all([bus.close(), gatewayBus.close(), redis.close()]);
      await nats.destroy();
    },
  };
}

function sendSigned(
  base: string,
  { method, path, body }: { method: string; path: string; body: unknown },
  options: SignedOptions = {},
): Promise<Response> {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1_000));
  const signature = signRequest(options.key ?? ADMIN_KEY, {
    timestamp,
    nonce: options.nonce,
    method,
    target: path,
    body: text,
  });
  return fetch((options.url ?? base) + (options.sentTo ?? path), {
    method,
    body: text === "" ? null : text,
    signal: options.signal ?? null,
    headers: {
      "content-type": "application/json",
      "x-timestamp": timestamp,
      "x-signature": signature,
      ...(options.nonce === undefined ? {} : { "x-nonce": options.nonce }),
      ...options.headers,
    },
  });
}

/** Members of answers that tests read; what they hold is for the test to check. */
interface Body {
  [member: string]: unknown;
  code: string;
  response: string;
  session_id: string;
  session_token: string;
  turn_id: string;
  cursor: string;
  openapi: string;
  transitions: unknown[];
  session: unknown;
  data: { role: string; content: string }[];
  events: { id: string; type: string }[];
  errors: { pointer: string; rule: string }[];
}

const body = z.custom<Body>((value) => typeof value === "object" && value !== null);

export const bodyOf = async (answer: Response): Promise<Body> => body.parse(await answer.json());

export interface ServerEvent {
  id: string | undefined;
  event: string;
  data: Record<string, unknown>;
}

/** Reads an event stream until it ends, `until` is satisfied, or the signal of its request aborts. */
export async function readStream(
  response: Response,
  until: (events: ServerEvent[]) => boolean = () => false,
): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  let text = "";
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  while (reader !== undefined) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== null) events.push(event);
    }
    if (until(events)) {
      await reader.cancel();
      break;
    }
  }
  return events;
}

function parseBlock(block: string): ServerEvent | null {
  const fields = new Map(
    block
      .split("\n")
      .map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]),
  );
  const data = fields.get("data");
  if (data === undefined) return null;
  return { id: fields.get("id"), event: fields.get("event") ?? "message", data: JSON.parse(data) };
}
