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
  /** By whose time signatures are judged; default the process's own. */
  clock?: Pick<Clock, "now" | "ready">;
  /** Link of widgets that name none, known only after the start; before CHAT_WIDGET_LINK. */
  widgetLink?: () => string | undefined;
  /** What else this process cannot work without, for `/readyz`: the gateway itself has no database, its process may have one. */
  moreChecks?: () => Promise<Record<string, boolean>>;
}
