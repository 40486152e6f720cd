import { getLink, type LinkAnalytics, linkAnalytics } from "@parley/contracts";
import { z } from "zod";
import { queryInteger } from "../../schemas.js";
import { ownerRoute } from "./owner-route.js";
import { linkParams, tenantQuery } from "./schemas.js";

const count = z.int().min(0);
const number = z.number().nullable();
const linkNumbers = z.object({
  link_id: z.uuid(),
  days: count,
  from: z.string(),
  to: z.string(),
  sessions: z.object({ total: count, active: count, completed: count, abandoned: count, error: count }),
  messages: count.describe("Messages of visitors"),
  unique_visitors: z
    .object({ total: count, confirmed: count, anonymous: count })
    .describe("Confirmed addresses by keyed hash; without one, a session is a visitor"),
  completion_rate: number.describe(
    "Of the sessions that ended, those whose conversation came to its end; 0 to 1, four decimals",
  ),
  engagement: z.object({ average_messages: number, average_duration_seconds: number }).describe("With one decimal"),
  response_time_ms: z.object({ average: number, p95: number }).describe("Whole milliseconds"),
  failed_messages: count,
  end_reasons: z.record(z.string(), count),
  satisfaction: z.object({ ratings: count, average: number.describe("With two decimals") }),
  by_day: z.array(z.object({ day: z.string(), sessions: count, messages: count, completed: count })),
  last_used_at: z.string().nullable(),
});

/** How a link is used, in numbers only. */
const analyticsRoute = ownerRoute({
  method: "GET",
  path: "/agents/:agent/public-links/:id/analytics",
  summary: "Get the analytics of a public link",
  description: "The last `days` days in UTC, today included. Sessions count on the day they began.",
  params: linkParams,
  query: tenantQuery.extend({ days: queryInteger(1, 366).default(30) }),
  answers: { 200: linkNumbers },
  handle: async ({ principal, params, query: { days } }, { bus }) => {
    const { link } = await bus.call(getLink, { principal, ...params });
    const numbers = await bus.call(linkAnalytics, { principal, linkId: params.id, days });
    // The last use of the link may lie before the period.
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
