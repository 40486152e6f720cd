import { getLink, type LinkAnalytics, linkAnalytics, linkNumbers } from "@parley/contracts";
import { ofAgentParams, queryInteger, tenantQuery } from "../params.js";
import { ownerRoute } from "./owner-route.js";

/** Usage numbers of a link. */
const analyticsRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id/analytics",
  summary: "Get the analytics of a public link",
  description: "The last `days` days in UTC, today included. Sessions count on the day they began.",
  params: ofAgentParams,
  query: tenantQuery.extend({ days: queryInteger(1, 366).default(30) }),
  answers: { 200: linkNumbers },
  handle: async ({ principal, params, query: { days } }, { bus }) => {
    const { link } = await bus.call(getLink, { principal, ...params });
    const numbers = await bus.call(linkAnalytics, { principal, linkId: params.id, days });
    // The last use of the link may be before the period.
    const last_used_at = link.usage.last_used_at ?? numbers.lastSessionAt;
    return { link_id: params.id, days, ...wireNumbers(numbers), last_used_at };
  },
});

const wireNumbers = (numbers: LinkAnalytics) => ({
  from: numbers.from,
  to: numbers.to,
  sessions: numbers.sessions,
  messages: numbers.messages,
  unique_visitors: numbers.uniqueVisitors,
  unique_addresses: numbers.uniqueAddresses,
  completion_rate: numbers.completionRate,
  engagement: {
    average_messages: numbers.averageMessages,
    average_duration_seconds: numbers.averageDurationSeconds,
  },
  response_time_ms: { average: numbers.averageResponseMs, p95: numbers.p95ResponseMs },
  failed_messages: numbers.failedMessages,
  end_reasons: numbers.endReasons,
  satisfaction: numbers.satisfaction,
  by_day: numbers.byDay,
});

export const linkAnalyticsRoutes = [analyticsRoute];
