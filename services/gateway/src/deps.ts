import type { Bus } from "@parley/bus";
import type { Logger, Metrics } from "@parley/observability";
import type { RedisLike } from "@parley/redis";
import type { Clock } from "@parley/runtime";
import type { Secrets } from "@parley/secrets";
import type { GatewayConfig } from "./config.js";

export interface GatewayDeps {
  config: GatewayConfig;
  logger: Logger;
  metrics: Metrics;
  bus: Bus;
  redis: RedisLike;
  secrets: Secrets;
  /** Clock for checking signatures; default: the process's own. */
  clock?: Pick<Clock, "now" | "ready">;
  /** Link of widgets that name none, known only after the start; takes precedence over CHAT_WIDGET_LINK. */
  widgetLink?: () => string | undefined;
  /** Further dependencies of this process, for `/readyz`: the gateway itself has no database, its process may have one. */
  moreChecks?: () => Promise<Record<string, boolean>>;
}
