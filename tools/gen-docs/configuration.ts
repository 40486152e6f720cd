import { runnerConfig } from "@parley/agent-runner-service";
import { cleanupConfig } from "@parley/cleanup-service";
import { gatewayConfig } from "@parley/gateway-service";
import { linksConfig } from "@parley/links-service";
import { llmConfig } from "@parley/llm";
import { memoryConfig } from "@parley/memory-service";
import { generateEnvExample, processConfig } from "@parley/runtime";
import { sessionsConfig } from "@parley/sessions-service";
import { z } from "zod";

const optional = (about: string) => z.string().optional().describe(about);
const required = (about: string) => z.string().describe(about);

/** Read by the `main.ts` of the services that connect to the server in question. */
const connections = z.object({
  DATABASE_URL: optional(
    "PostgreSQL: postgres://user:password@host:5432/parley. npm start has its own when it is not set",
  ),
  DATABASE_ADMIN_URL: optional("Owner of the schema, for migrations; default DATABASE_URL"),
  NATS_URL: optional("NATS with JetStream: nats://user:password@host:4222. npm start has its own when it is not set"),
  REDIS_URL: optional("Redis: redis://:password@host:6379. npm start has its own when it is not set"),
  SECRET_KEY: required(
    "Master key of every secret at rest, at least 32 characters; losing it loses all keys. npm start makes and keeps its own",
  ),
  SECRET_KEY_PREVIOUS: optional(
    "The other master key while SECRET_KEY changes: opens what was sealed under it (docs/key-rotation.md)",
  ),
});

/** Read where the thing is used, because they are settled before a service has its configuration. */
const elsewhere = z.object({
  OTEL_EXPORTER_OTLP_ENDPOINT: optional("OTLP/HTTP collector; set = traces are sent"),
  OTEL_LOGS_EXPORTER: optional("otlp = errors are sent to the collector too, as log records"),
});

const privateServers = z.object({
  PARLEY_STORES_FROM: optional(
    "Where npm start and npm test may take servers from: program, npm, docker; separated by commas",
  ),
  PARLEY_POSTGRES_BIN: optional("Folder with the PostgreSQL programs"),
  PARLEY_NATS_SERVER: optional("Path of nats-server"),
  PARLEY_REDIS_SERVER: optional("Path of redis-server or valkey-server"),
  PARLEY_CACHE_DIR: optional("Folder for downloaded server programs"),
  DEMO_WEEK: z
    .enum(["on", "off"])
    .default("on")
    .describe("on = a first npm start with the scripted model brings a week of made-up conversations"),
});

/** Read by docker-compose.yml itself; they never reach a service under these names. */
export const composeVariables = z.object({
  POSTGRES_PASSWORD: required(
    "Owner of the database, for migrations. Letters and digits only: it becomes part of an address",
  ),
  PARLEY_DB_PASSWORD: required("Account of the services. Letters and digits only: it becomes part of an address"),
  NATS_PASSWORD: required(
    "User parley of the bus, not restricted: for npm start and tools. Letters and digits only, beginning with a letter",
  ),
  NATS_GATEWAY_PASSWORD: required("User gateway of the bus; as above"),
  NATS_LINKS_PASSWORD: required("User links of the bus; as above"),
  NATS_SESSIONS_PASSWORD: required("User sessions of the bus; as above"),
  NATS_AGENT_RUNNER_PASSWORD: required("User agent-runner of the bus; as above"),
  NATS_MEMORY_PASSWORD: required("User memory of the bus; as above"),
  NATS_CLEANUP_PASSWORD: required("User cleanup of the bus; as above"),
  REDIS_PASSWORD: required("Letters and digits only: it becomes part of an address"),
  PARLEY_BIND: z
    .string()
    .default("127.0.0.1")
    .describe("Address of this machine that nginx listens on; 0.0.0.0 = everywhere, behind something that does TLS"),
  PARLEY_PORT: z.coerce.number().default(8080).describe("Port of nginx on this machine"),
  PARLEY_SUBNET: z
    .string()
    .default("172.31.251.0/24")
    .describe("Network of nginx and the gateways: what the gateways believe X-Forwarded-For from"),
});

const everyStore = connections.pick({
  DATABASE_URL: true,
  NATS_URL: true,
  REDIS_URL: true,
  SECRET_KEY: true,
  SECRET_KEY_PREVIOUS: true,
});

/** The variables each service reads, besides those of every process. */
export const serviceVariables: Record<string, z.ZodObject> = {
  gateway: gatewayConfig.extend(
    connections.pick({ NATS_URL: true, REDIS_URL: true, SECRET_KEY: true, SECRET_KEY_PREVIOUS: true }).shape,
  ),
  links: linksConfig.extend(
    connections.pick({ DATABASE_URL: true, NATS_URL: true, SECRET_KEY: true, SECRET_KEY_PREVIOUS: true }).shape,
  ),
  sessions: sessionsConfig.extend(everyStore.shape),
  "agent-runner": runnerConfig.extend(everyStore.shape).extend(llmConfig),
  memory: memoryConfig
    .extend(connections.pick({ DATABASE_URL: true, NATS_URL: true, SECRET_KEY: true, SECRET_KEY_PREVIOUS: true }).shape)
    .extend(llmConfig),
  cleanup: cleanupConfig.extend(everyStore.shape),
};

/** Variables of every process. */
export const processVariables = processConfig.extend(elsewhere.shape);

/** The text of `.env.example`. */
export function envExample(): string {
  return generateEnvExample({
    "servers and secrets": connections,
    "every process": processVariables,
    gateway: gatewayConfig,
    links: linksConfig,
    sessions: sessionsConfig,
    "agent-runner": runnerConfig,
    memory: memoryConfig,
    cleanup: cleanupConfig,
    "model (agent-runner and memory)": z.object(llmConfig),
    "npm start and npm test": privateServers,
    "docker-compose.yml": composeVariables,
  });
}
