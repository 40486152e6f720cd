import { z } from "zod";
import { securityEventKind } from "./security-events.js";

const count = z.int().min(0);
const share = z.number().nullable().describe("0 to 1, four decimals; null = of nothing");
const ms = z.int().min(0).nullable().describe("Whole milliseconds; percentiles are at most 13 % off");

export const analyticsQuestion = z.enum([
  "usage",
  "funnel",
  "nodes",
  "transitions",
  "response-times",
  "cost",
  "satisfaction",
  "countries",
  "security",
  "escalations",
  "connections",
]);
export type AnalyticsQuestion = z.output<typeof analyticsQuestion>;

export const analyticsBy = z.enum(["total", "day", "hour", "agent", "link", "version", "channel"]);
export type AnalyticsBy = z.output<typeof analyticsBy>;

/** Numbers by hour are kept for so many days before today, those by day forever; `analytics_hours_since()` keeps a day more. */
export const HOURS_KEPT_DAYS = 90;

/** Where a session took place: on the page of a link, on a site that a link lists, or by the signed API. */
export const analyticsChannel = z.enum(["link", "widget", "api"]);

/** Which group the numbers of a row are of. */
const group = {
  group: z
    .string()
    .describe(
      "Day (2026-11-01), hour (its beginning), id of an agent or link, <agent id>/<version>, channel; or total",
    ),
  label: z.string().nullable().describe("Name of the agent, title of the link"),
};

export const usageRow = z.object({
  ...group,
  sessions: count,
  verified: count.describe("Sessions of confirmed addresses"),
  messages: count.describe("Messages of visitors, answered and failed"),
  ended: count,
  completed: count.describe("Ended by the workflow"),
  abandoned: count,
  failed: count.describe("Ended by an error"),
  completion_rate: share,
  average_messages: z.number().nullable().describe("One decimal"),
  average_duration_seconds: z.number().nullable().describe("Of sessions that ended, one decimal"),
});

export const funnelRow = z.object({
  ...group,
  opened: count.nullable().describe("How often a link was opened, reloads included; null = not known by version"),
  started: count,
  verified: count,
  first_message: count,
  completed: count,
  first_message_rate: share.describe("Of the sessions that started"),
  completion_rate: share.describe("Of the sessions with a message"),
});

export const nodesRow = z.object({
  ...group,
  agent_id: z.uuid(),
  node_id: z.string(),
  reached: count.describe("Sessions that reached it"),
  completed: count.describe("Sessions completed there"),
  left: count.describe("Sessions that ended there otherwise"),
  drop_off: share.describe("left of reached"),
});

export const transitionsRow = z.object({
  ...group,
  agent_id: z.uuid(),
  from_node: z.string(),
  to_node: z.string(),
  moves: count.describe("Number of moves; a session may count several times"),
  share: share.describe("Of all moves from `from_node`"),
});

export const responseTimesRow = z.object({
  ...group,
  answered: count,
  first_token_p50_ms: ms,
  first_token_p95_ms: ms,
  total_average_ms: ms,
  total_p50_ms: ms,
  total_p95_ms: ms,
  failed: count.describe("Messages without an answer"),
  failed_rate: share,
  failures: z.record(z.string(), count).describe("By error code"),
});

export const costRow = z.object({
  ...group,
  purpose: z.string().describe("reply, extraction, classification, retrieval, analysis, memory"),
  model: z.string().describe("Empty if not recorded"),
  calls: count,
  input_tokens: count,
  output_tokens: count,
  cost: z.number().describe("US dollars, of calls with a known price"),
  unpriced_calls: count,
});

export const satisfactionRow = z.object({
  ...group,
  ratings: count,
  average_rating: z.number().nullable().describe("1 to 5, two decimals"),
  rating_1: count,
  rating_2: count,
  rating_3: count,
  rating_4: count,
  rating_5: count,
  thumbs_up: count,
  thumbs_down: count,
  sentiment_positive: count.describe("By the analysis of ended sessions, where it asks for `sentiment`"),
  sentiment_neutral: count,
  sentiment_negative: count,
});

export const countriesRow = z.object({
  ...group,
  country: z.string().nullable().describe("Two letters; null = not known"),
  opened: count,
  sessions: count,
});

export const securityRow = z.object({ ...group, kind: securityEventKind, count });

export const escalationsRow = z.object({
  ...group,
  sessions: count,
  escalated_sessions: count,
  escalation_rate: share,
  escalations: count,
  taken: count.describe("By a human"),
  wait_average_seconds: z.number().nullable(),
  wait_p50_seconds: z.number().nullable().describe("At most 13 % off"),
  wait_p95_seconds: z.number().nullable(),
  sources: z.record(z.string(), count).describe("visitor, api, workflow, failed_turns, sentiment, limits, operator"),
  outcomes: z.record(z.string(), count),
});

export const connectionsRow = z.object({
  ...group,
  opened: count.describe("Event streams and sockets of visitors"),
  refused: count.describe("Because a limit was reached or the server was busy"),
  success_rate: share.describe("`opened` of `opened` and `refused`"),
  resumed: count.describe(
    "Opened within a minute after another one of the same session ended: cut off, or loaded again",
  ),
  resumed_rate: share.describe("Of `opened`"),
  average_seconds: z.number().nullable().describe("Duration of those that ended, one decimal"),
  polls: count.describe("Polls by pages that can open neither stream nor socket"),
});

const NUMBERS = { group: "2026-11-01", label: null };
const TOTAL = { ...NUMBERS, group: "total" };

/** The row of each question, with an example. */
export const analyticsRows = {
  usage: usageRow.meta({
    id: "UsageNumbers",
    examples: [
      {
        ...NUMBERS,
        ...{ sessions: 12, verified: 3, messages: 74, ended: 10, completed: 8, abandoned: 2, failed: 0 },
        ...{ completion_rate: 0.8, average_messages: 6.2, average_duration_seconds: 184.2 },
      },
    ],
  }),
  funnel: funnelRow.meta({
    id: "FunnelNumbers",
    examples: [
      {
        ...{ group: "total", label: null, opened: 40, started: 31, verified: 8, first_message: 25, completed: 19 },
        ...{ first_message_rate: 0.8065, completion_rate: 0.76 },
      },
    ],
  }),
  nodes: nodesRow.meta({
    id: "NodeNumbers",
    examples: [
      {
        ...{ group: "total", label: null, agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002", node_id: "greeting" },
        ...{ reached: 31, completed: 0, left: 6, drop_off: 0.1935 },
      },
    ],
  }),
  transitions: transitionsRow.meta({
    id: "TransitionNumbers",
    examples: [
      {
        ...{ group: "total", label: null, agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002" },
        ...{ from_node: "greeting", to_node: "collect", moves: 25, share: 0.8065 },
      },
    ],
  }),
  "response-times": responseTimesRow.meta({
    id: "ResponseTimeNumbers",
    examples: [
      {
        ...{ ...NUMBERS, answered: 73, first_token_p50_ms: 710, first_token_p95_ms: 1580, total_average_ms: 1430 },
        ...{ total_p50_ms: 1260, total_p95_ms: 2820, failed: 1, failed_rate: 0.0135, failures: { model_timeout: 1 } },
      },
    ],
  }),
  cost: costRow.meta({
    id: "CostNumbers",
    examples: [
      {
        ...{ group: "total", label: null, purpose: "reply", model: "gpt-5-mini", calls: 73 },
        ...{ input_tokens: 81_300, output_tokens: 6_120, cost: 0.0325, unpriced_calls: 0 },
      },
    ],
  }),
  satisfaction: satisfactionRow.meta({
    id: "SatisfactionNumbers",
    examples: [
      {
        ...{ group: "total", label: null, ratings: 4, average_rating: 4.25 },
        ...{ rating_1: 0, rating_2: 0, rating_3: 1, rating_4: 1, rating_5: 2, thumbs_up: 9, thumbs_down: 2 },
        ...{ sentiment_positive: 5, sentiment_neutral: 2, sentiment_negative: 1 },
      },
    ],
  }),
  countries: countriesRow.meta({
    id: "CountryNumbers",
    examples: [{ ...TOTAL, country: "DE", opened: 24, sessions: 19 }],
  }),
  security: securityRow.meta({ id: "SecurityNumbers", examples: [{ ...TOTAL, kind: "rate_limited", count: 7 }] }),
  escalations: escalationsRow.meta({
    id: "EscalationNumbers",
    examples: [
      {
        ...{ group: "total", label: null, sessions: 31, escalated_sessions: 3, escalation_rate: 0.0968 },
        ...{ escalations: 3, taken: 2, wait_average_seconds: 95.5, wait_p50_seconds: 70.8, wait_p95_seconds: 141.3 },
        ...{ sources: { visitor: 2, workflow: 1 }, outcomes: { resolved: 2, session_ended: 1 } },
      },
    ],
  }),
  connections: connectionsRow.meta({
    id: "ConnectionNumbers",
    examples: [
      {
        ...{ ...NUMBERS, opened: 42, refused: 1, success_rate: 0.9767, resumed: 3, resumed_rate: 0.0714 },
        ...{ average_seconds: 212.4, polls: 0 },
      },
    ],
  }),
} satisfies Record<AnalyticsQuestion, z.ZodObject>;

/** What every answer says beside its rows. */
export const analyticsFrame = {
  from: z.string().describe("First day, UTC"),
  to: z.string().describe("Last day, UTC, included"),
  by: analyticsBy,
  truncated: z.boolean().describe("There are more groups; the largest are included"),
};

export const forecastDay = z.object({
  day: z.string(),
  sessions: z.number(),
  sessions_low: z.number().describe("Four of five days lie between low and high if the trend continues"),
  sessions_high: z.number(),
  messages: z.number(),
  messages_low: z.number(),
  messages_high: z.number(),
});

export const usageForecast = z
  .object({
    from: z.string().describe("First day considered"),
    to: z.string().describe("Last day considered: yesterday, UTC"),
    days_known: count.describe("Of them, days since the first session; below 14 there is no forecast"),
    trend_per_day: z.object({ sessions: z.number(), messages: z.number() }).nullable(),
    data: z.array(forecastDay),
  })
  .meta({
    id: "UsageForecast",
    description: "Trend of usage with weekly pattern, and its forecast",
    examples: [
      {
        ...{ from: "2026-09-07", to: "2026-11-01", days_known: 56 },
        trend_per_day: { sessions: 0.4, messages: 2.5 },
        data: [
          {
            ...{ day: "2026-11-02", sessions: 34.1, sessions_low: 27.5, sessions_high: 40.7 },
            ...{ messages: 210.4, messages_low: 170.2, messages_high: 250.6 },
          },
        ],
      },
    ],
  });
export type UsageForecast = z.output<typeof usageForecast>;
