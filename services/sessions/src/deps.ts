import type { Bus } from "@parley/bus";
import type { Db } from "@parley/db";
import type { Outbox } from "@parley/jobs";
import type { Counter, Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";
import type { Secrets } from "@parley/secrets";
import type { Accepted, AcceptItem } from "./accept/accept-item.js";
import type { createWake } from "./accept/wake.js";
import type { SessionsConfig } from "./config.js";
import type { FeedbackRepository } from "./history/feedback-repository.js";
import type { SessionRepository } from "./history/repository.js";
import type { FrozenAgent } from "./lifecycle/resolve-agent.js";

export interface SessionsDeps {
  config: SessionsConfig;
  logger: Logger;
  metrics: Metrics;
  bus: Bus;
  db: Db;
  redis: RedisLike;
  secrets: Secrets;
}

/** Created once from the service's dependencies for its handlers. */
export interface HandlerDeps extends SessionsDeps {
  repository: SessionRepository;
  feedback: FeedbackRepository;
  acceptMessages(item: AcceptItem): Promise<Accepted>;
  resolveAgent(tenantId: string, agentId: string, version: number | null): Promise<FrozenAgent>;
  wake: ReturnType<typeof createWake>;
  relay: Outbox;
  accepted: Counter<string>;
  created: Counter<string>;
}
