import {
  type AnalyticsQuestion,
  AppError,
  analyticsBy,
  analyticsChannel,
  analyticsFrame,
  analyticsRows,
  askAnalytics,
  forecastUsage,
  HOURS_KEPT_DAYS,
  listComments,
  overview,
  pageOf,
  readOverview,
  rebuildAnalytics,
  usageForecast,
  visitorComment,
} from "@parley/contracts";
import type { FastifyReply } from "fastify";
import { z } from "zod";
import { pageQuery, queryInteger, tenantQuery } from "../params.js";
import { csvCells, csvLines } from "./csv.js";
import { ownerRoute, wirePage } from "./owner-route.js";

const SUMMARIES: Record<AnalyticsQuestion, { summary: string; by: z.output<typeof analyticsBy> }> = {
  usage: { summary: "Get usage", by: "day" },
  funnel: { summary: "Get the funnel", by: "total" },
  nodes: { summary: "Get reached nodes and drop-off", by: "total" },
  transitions: { summary: "Get transitions between nodes", by: "total" },
  "response-times": { summary: "Get response times", by: "day" },
  cost: { summary: "Get cost by purpose and model", by: "total" },
  satisfaction: { summary: "Get satisfaction", by: "total" },
  countries: { summary: "Get countries", by: "total" },
  security: { summary: "Get numbers of security events", by: "total" },
  escalations: { summary: "Get escalation numbers", by: "total" },
  connections: { summary: "Get connection quality", by: "day" },
};

const MAX_DAYS = 400;
const MAX_DAYS_BY_HOUR = 14;
const DAY_MS = 86_400_000;

const filter = tenantQuery.extend({
  agent: z.string().min(1).max(255).optional().meta({ description: "Name or id" }),
  link_id: z.uuid().optional(),
  version: queryInteger(1, 2_147_483_647).optional(),
  channel: analyticsChannel.optional(),
  format: z.enum(["json", "csv"]).default("json"),
});

/** Sends rows as a table; a record of counts takes one field. */
function sendCsv(reply: FastifyReply, name: string, columns: string[], rows: Record<string, unknown>[]): FastifyReply {
  const lines = rows.map((row) => csvCells(columns, row));
  return reply
    .header("content-type", "text/csv; charset=utf-8")
    .header("content-disposition", `attachment; filename="${name}.csv"`)
    .serializer((text: string) => text)
    .send(csvLines([columns, ...lines]));
}

/** The days that a question covers. Throws `validation_failed`. */
function periodOf(
  query: { days: number; from?: string | undefined; to?: string | undefined },
  by: string,
): { from: string; to: string } {
  const to = query.to ?? new Date().toISOString().slice(0, 10);
  const from = query.from ?? new Date(Date.parse(to) - (query.days - 1) * DAY_MS).toISOString().slice(0, 10);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  const most = by === "hour" ? MAX_DAYS_BY_HOUR : MAX_DAYS;
  const oldest = by === "hour" ? Date.now() - (HOURS_KEPT_DAYS + 1) * DAY_MS : 0;
  const message = ((): string | null => {
    if (days < 1) return "must not be after `to`";
    if (days > most) return `must be at most ${most} days before \`to\`, both included`;
    return Date.parse(from) > oldest ? null : `numbers by hour are kept for ${HOURS_KEPT_DAYS} days; ask by day`;
  })();
  if (message === null) return { from, to };
  throw new AppError("validation_failed", { errors: [{ pointer: "query/from", rule: "range", message }] });
}

function exampleOf(row: z.ZodType): unknown[] {
  const examples: unknown = row.meta()?.examples;
  return Array.isArray(examples) ? examples.slice(0, 1) : [];
}

/** One question about the tenant's sessions, answered from the rollups. */
const questionRoute = <Q extends AnalyticsQuestion>(question: Q) => {
  const { summary, by } = SUMMARIES[question];
  const row = analyticsRows[question];
  const id = row.meta()?.id;
  return ownerRoute({
    method: "GET",
    path: `/analytics/${question}`,
    summary,
    description:
      "Numbers of whole days in UTC, at most 400; by hour at most 14, of the last 90. They are rolled up every minute; a session counts when it begins, with what it had when it was last looked at.",
    query: filter.extend({
      by: analyticsBy.default(by),
      days: queryInteger(1, MAX_DAYS).default(30).meta({ description: "Without `from`: this many days up to `to`" }),
      from: z.iso.date().optional(),
      to: z.iso.date().optional().meta({ description: "Inclusive; default today" }),
    }),
    answers: {
      200: z.object({ ...analyticsFrame, data: z.array(row) }).meta({
        id: `${id}Answer`,
        description: summary,
        examples: [{ from: "2026-10-03", to: "2026-11-01", by, truncated: false, data: exampleOf(row) }],
      }),
    },
    handle: async ({ principal, query, reply }, { bus }) => {
      const { agent, link_id: linkId, version, channel } = query;
      const period = periodOf(query, query.by);
      const asked = { principal, agent, linkId, version, channel, question, by: query.by, ...period };
      const { rows, ...frame } = await bus.call(askAnalytics, asked);
      if (query.format === "csv") return sendCsv(reply, question, Object.keys(row.shape), rows);
      return { ...frame, data: z.array(row).parse(rows) };
    },
  });
};

/** Usage forecast, from the eight weeks before today. */
const forecastRoute = ownerRoute({
  method: "GET",
  path: "/analytics/forecast",
  summary: "Get the usage forecast",
  description:
    "A straight line through the last eight weeks, adjusted for the day of the week; four of five days lie within the range.",
  query: filter.extend({ days: queryInteger(1, 90).default(14) }),
  answers: { 200: usageForecast },
  handle: async ({ principal, query, reply }, { bus }) => {
    const { agent, link_id: linkId, version, channel, days } = query;
    const answer = await bus.call(forecastUsage, { principal, agent, linkId, version, channel, days });
    if (query.format === "csv") {
      const columns = ["day", "sessions", "sessions_low", "sessions_high", "messages", "messages_low", "messages_high"];
      return sendCsv(reply, "forecast", columns, answer.data);
    }
    return answer;
  },
});

/** What visitors wrote with their ratings. Operators and above. */
const commentsRoute = ownerRoute({
  method: "GET",
  path: "/analytics/comments",
  summary: "List comments left with ratings",
  description: "Newest first; deleted with the content of their session.",
  role: "operator",
  records: () => ({ action: "comments.read", targetType: "tenant", targetId: null }),
  query: pageQuery.extend({ agent: filter.shape.agent, link_id: filter.shape.link_id }),
  answers: { 200: pageOf(visitorComment) },
  handle: async ({ principal, query: { agent, link_id: linkId, limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listComments, { principal, agent, linkId, limit, cursor })),
});

/** Rebuilds all numbers. Admins. */
const rebuildRoute = ownerRoute({
  method: "POST",
  path: "/analytics/rebuild",
  summary: "Rebuild the analytics",
  description:
    "Recomputes them from the sessions in the background; until it is done the numbers are lower. May be repeated.",
  role: "admin",
  records: () => ({ action: "analytics.rebuilt", targetType: "tenant", targetId: null }),
  answers: {
    202: z
      .object({ sessions: z.int().describe("Number of sessions to process") })
      .meta({ id: "AnalyticsRebuild", examples: [{ sessions: 1240 }] }),
  },
  handle: async ({ principal }, { bus }) => bus.call(rebuildAnalytics, { principal }),
});

/** The health of the tenant. A read. */
const overviewRoute = ownerRoute({
  method: "GET",
  path: "/overview",
  summary: "The state of a tenant at a glance",
  description: "Session statistics are rolled up every minute; waiting, running and failed counts are current.",
  answers: { 200: overview },
  handle: async ({ principal }, { bus }) => (await bus.call(readOverview, { principal })).overview,
});

export const analyticsRoutes = [
  overviewRoute,
  questionRoute("usage"),
  questionRoute("funnel"),
  questionRoute("nodes"),
  questionRoute("transitions"),
  questionRoute("response-times"),
  questionRoute("cost"),
  questionRoute("satisfaction"),
  questionRoute("countries"),
  questionRoute("security"),
  questionRoute("escalations"),
  questionRoute("connections"),
  forecastRoute,
  commentsRoute,
  rebuildRoute,
];
