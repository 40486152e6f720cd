import { getLink, type LinkAnalytics, linkAnalytics } from "@parley/contracts";
import type { HttpApp } from "@parley/http";
import { z } from "zod";
import type { GatewayContext } from "../../deps.js";
import { answers, queryInteger } from "../../schemas.js";
import { tenantPrincipal } from "./principal.js";
import { linkParams, owner, tenantQuery } from "./schemas.js";

const count = z.int().min(0);
const number = z.number().nullable();
const shown = z.object({
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

/** How a link is used, in numbers only. A read. */
export function getLinkAnalyticsRoute(app: HttpApp, { bus }: GatewayContext): void {
  const schema = {
    ...owner,
    summary: "Get the analytics of a public link",
    description: "The last `days` days in UTC, today included. Sessions count on the day they began.",
    params: linkParams,
    querystring: tenantQuery.extend({ days: queryInteger(1, 366).default(30) }),
    response: answers({ 200: shown }),
  };
  app.get("/agents/:agent/public-links/:id/analytics", { schema }, async (request) => {
    const principal = tenantPrincipal(request);
    const { agent, id } = request.params;
    const { link } = await bus.call(getLink, { principal, agent, id });
    const { days } = request.query;
    const numbers = await bus.call(linkAnalytics, { principal, linkId: id, days });
    return { link_id: id, days, ...wireNumbers(numbers), last_used_at: lastUse(link) ?? numbers.lastSessionAt };
  });
}

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

/** Also before the period. */
function lastUse({ usage }: Record<string, unknown>): string | null {
  const last = typeof usage === "object" && usage !== null && "last_used_at" in usage ? usage.last_used_at : null;
  return typeof last === "string" ? last : null;
}
