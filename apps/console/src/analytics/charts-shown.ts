import type { AnalyticsBy, AnalyticsQuestion, Answered } from "../api/analytics-calls.js";
import type { ChartData, ChartProps } from "../ui/charts/chart-data.js";
import { asDollars, asSeconds, asShare, byDay, byName, first, seconds, sum, summed } from "./chart-makers.js";

/** `nothing` says how to get these numbers, if they do not come by themselves. */
export interface Shown<Q extends AnalyticsQuestion = AnalyticsQuestion> extends Omit<ChartProps, "data"> {
  question: Q;
  by: AnalyticsBy;
  kind: "line" | "bars";
  chart: (answer: Answered<Q>) => ChartData;
}

export const USAGE: Shown<"usage"> = {
  ...{ title: "Sessions by day", question: "usage", by: "day", kind: "bars" },
  chart: (answer) => byDay(answer, { Sessions: sum((row) => row.sessions), Completed: sum((row) => row.completed) }),
};
export const MESSAGES: Shown<"usage"> = {
  ...{ title: "Messages by day", question: "usage", by: "day", kind: "line" },
  chart: (answer) => byDay(answer, { Messages: sum((row) => row.messages) }),
};
export const NODES: Shown<"nodes"> = {
  ...{ title: "Drop-off by node", question: "nodes", by: "total", kind: "bars" },
  chart: ({ data }) =>
    byName("Node", data, {
      name: ({ node_id }) => node_id,
      most: ({ reached }) => reached,
      series: { Reached: sum((row) => row.reached), "Left there": sum((row) => row.left) },
    }),
};
export const TRANSITIONS: Shown<"transitions"> = {
  ...{ title: "Moves between nodes", question: "transitions", by: "total", kind: "bars" },
  chart: ({ data }) =>
    byName("From and to", data, {
      name: ({ from_node, to_node }) => `${from_node} → ${to_node}`,
      most: ({ moves }) => moves,
      series: { Moves: sum((row) => row.moves) },
    }),
};
export const TIMES: Shown<"response-times"> = {
  ...{ title: "Time to the first words", question: "response-times", by: "day", kind: "line", format: asSeconds },
  chart: (answer) =>
    byDay(answer, {
      p50: first((row) => seconds(row.first_token_p50_ms)),
      p95: first((row) => seconds(row.first_token_p95_ms)),
    }),
};
export const WHOLE_TIMES: Shown<"response-times"> = {
  ...{ title: "Time to the whole answer", question: "response-times", by: "day", kind: "line", format: asSeconds },
  chart: (answer) =>
    byDay(answer, {
      p50: first((row) => seconds(row.total_p50_ms)),
      p95: first((row) => seconds(row.total_p95_ms)),
    }),
};
export const FAILED: Shown<"response-times"> = {
  ...{ title: "Failed messages by day", question: "response-times", by: "day", kind: "bars" },
  chart: (answer) => byDay(answer, { Failed: sum((row) => row.failed) }),
};
export const COST: Shown<"cost"> = {
  ...{ title: "Cost by day", question: "cost", by: "day", kind: "bars", format: asDollars },
  chart: (answer) => byDay(answer, { Cost: sum((row) => row.cost) }),
};
export const COST_OF: Shown<"cost"> = {
  ...{ title: "Cost by purpose and model", question: "cost", by: "total", kind: "bars", format: asDollars },
  chart: ({ data }) => {
    const rows = summed(
      data,
      ({ purpose, model }) => [purpose, model].filter(Boolean).join(", "),
      ({ cost }) => cost,
    );
    const series = { Cost: sum((row: { total: number }) => row.total) };
    return byName("Purpose and model", rows, { name: ({ label }) => label, most: ({ total }) => total, series });
  },
};
export const RATINGS: Shown<"satisfaction"> = {
  ...{ title: "Ratings", question: "satisfaction", by: "total", kind: "bars" },
  chart: ({ data: [row] }) => ({
    axis: "Rating",
    labels: ["1", "2", "3", "4", "5"],
    series: [
      {
        name: "Sessions",
        values: row ? [row.rating_1, row.rating_2, row.rating_3, row.rating_4, row.rating_5] : [0, 0, 0, 0, 0],
      },
    ],
  }),
};
export const RATING_DAYS: Shown<"satisfaction"> = {
  ...{ title: "Average rating by day", question: "satisfaction", by: "day", kind: "line" },
  chart: (answer) => byDay(answer, { "Average rating": first((row) => row.average_rating) }),
};
export const THUMBS: Shown<"satisfaction"> = {
  ...{ title: "Thumbs of answers by day", question: "satisfaction", by: "day", kind: "line" },
  chart: (answer) => byDay(answer, { Up: sum((row) => row.thumbs_up), Down: sum((row) => row.thumbs_down) }),
};
export const SENTIMENT: Shown<"satisfaction"> = {
  ...{ title: "Sentiment by day", question: "satisfaction", by: "day", kind: "line" },
  nothing:
    "None in this period. It comes from the questions after the end: give the agent one named sentiment, with the choices positive, neutral and negative.",
  chart: (answer) =>
    byDay(answer, {
      Positive: sum((row) => row.sentiment_positive),
      Neutral: sum((row) => row.sentiment_neutral),
      Negative: sum((row) => row.sentiment_negative),
    }),
};
export const COUNTRIES: Shown<"countries"> = {
  ...{ title: "Countries", question: "countries", by: "total", kind: "bars" },
  chart: ({ data }) =>
    byName("Country", data, {
      name: ({ country }) => country ?? "Not known",
      most: ({ opened, sessions }) => opened + sessions,
      series: { Opened: sum((row) => row.opened), Sessions: sum((row) => row.sessions) },
    }),
};
export const SECURITY: Shown<"security"> = {
  ...{ title: "Security events", question: "security", by: "total", kind: "bars" },
  chart: ({ data }) =>
    byName("Kind", data, {
      name: ({ kind }) => kind.replaceAll("_", " "),
      most: ({ count }) => count,
      series: { Times: sum((row) => row.count) },
    }),
};
export const CONNECTIONS: Shown<"connections"> = {
  ...{ title: "Connections of visitors by day", question: "connections", by: "day", kind: "bars" },
  chart: (answer) =>
    byDay(answer, {
      Opened: sum((row) => row.opened),
      Resumed: sum((row) => row.resumed),
      Refused: sum((row) => row.refused),
    }),
};
export const CONNECTION_SUCCESS: Shown<"connections"> = {
  ...{ title: "Connections that succeeded", question: "connections", by: "day", kind: "line", format: asShare },
  chart: (answer) => byDay(answer, { Share: first((row) => row.success_rate) }),
};
export const ESCALATIONS: Shown<"escalations"> = {
  ...{ title: "People asked for by day", question: "escalations", by: "day", kind: "bars" },
  chart: (answer) => byDay(answer, { "Asked for": sum((row) => row.escalations), Taken: sum((row) => row.taken) }),
};
export const ESCALATION_RATE: Shown<"escalations"> = {
  ...{ title: "Sessions that asked for a person", question: "escalations", by: "day", kind: "line", format: asShare },
  chart: (answer) => byDay(answer, { Share: first((row) => row.escalation_rate) }),
};
export const WAITS: Shown<"escalations"> = {
  ...{ title: "Time until a person came", question: "escalations", by: "day", kind: "line", format: asSeconds },
  chart: (answer) =>
    byDay(answer, { p50: first((row) => row.wait_p50_seconds), p95: first((row) => row.wait_p95_seconds) }),
};
