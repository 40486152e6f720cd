import type { Bus } from "@parley/bus";
import type { Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";
import type { Clock } from "@parley/runtime";
import type { Secrets } from "@parley/secrets";
import type { GatewayConfig } from "./config.js";
import type { Credentials } from "./edge/callers/credentials.js";
import type { FailedAttempts } from "./edge/callers/failed-attempts.js";
import type { Countries } from "./edge/countries.js";
import type { LinkCache } from "./edge/link-cache.js";
import type { ProofProvider } from "./edge/proof-provider.js";
import type { Subjects } from "./edge/rate-subjects.js";
import type { SecurityNotes } from "./edge/security-notes.js";
import type { StreamHub } from "./streams/hub.js";
import type { TurnWaiter } from "./turns/wait-for-turn.js";

export interface GatewayDeps {
  config: GatewayConfig;
  logger: Logger;
  metrics: Metrics;
  bus: Bus;
  redis: RedisLike;
  secrets: Secrets;
  /** By whose time signatures are judged; default the process's own. */
  clock?: Pick<Clock, "now" | "ready">;
  /** What else this process cannot work without, for `/readyz`: the gateway itself has no database, its process may have one. */
  moreChecks?: () => Promise<Record<string, boolean>>;
}

/** What the route handlers share: the connections and the gateway's own short-lived state. */
export interface GatewayContext extends GatewayDeps {
  clock: Pick<Clock, "now" | "ready">;
  waiter: TurnWaiter;
  streams: StreamHub;
  links: LinkCache;
  credentials: Credentials;
  failedAttempts: FailedAttempts;
  /** Link tokens that open nothing. */
  failedLinks: FailedAttempts;
  countries: Countries;
  security: SecurityNotes;
  subjects: Subjects;
  proofs: ProofProvider;
  /** Readiness of each dependency, for `/readyz`. */
  readiness(): Promise<{ ready: boolean; checks: Record<string, { ok: boolean; detail?: string }> }>;
}
