import * as contracts from "@parley/contracts";
import type { SessionsDeps } from "../deps.js";
import { askAnalytics } from "./ask-analytics.js";
import { forecastUsage } from "./forecast-usage.js";
import { linkAnalyticsHandler } from "./link-analytics.js";
import { listComments } from "./list-comments.js";
import { noteVisits } from "./note-visits.js";
import { readOverview } from "./read-overview.js";
import { rebuildAnalytics } from "./rebuild.js";

/** Counts from gateways are losable, so only a few may wait at a time. */
const MAX_NOTING = 32;

/** Serves analytics about sessions, and accepts the counts of gateways. */
export function bindAnalytics(deps: SessionsDeps): void {
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  deps.bus.serve(contracts.linkAnalytics, linkAnalyticsHandler(deps), bound);
  deps.bus.serve(contracts.askAnalytics, askAnalytics(deps), bound);
  deps.bus.serve(contracts.forecastUsage, forecastUsage(deps), bound);
  deps.bus.serve(contracts.listComments, listComments(deps), bound);
  deps.bus.serve(contracts.readOverview, readOverview(deps), bound);
  deps.bus.serve(contracts.rebuildAnalytics, rebuildAnalytics(deps), { maxInFlight: 1 });
  deps.bus.serve(contracts.noteVisits, noteVisits(deps), { maxInFlight: MAX_NOTING });
}
