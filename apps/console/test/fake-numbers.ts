import { type AnalyticsQuestion, analyticsQuestion, analyticsRows } from "@parley/contracts";
import type { FakeApi, Handler } from "./fake-contract.js";
import { listedSession, type Row } from "./rows.js";

const NO_FORECAST = { from: "2026-09-07", to: "2026-11-01", days_known: 3, trend_per_day: null, data: [] };

const dayBack = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

/** The rows of a question for a group: the contract's own example. */
function rowsOf(question: AnalyticsQuestion, group: string, index: number): Row[] {
  const examples: unknown = analyticsRows[question].meta()?.examples;
  const example: Row = { ...(Array.isArray(examples) ? examples[0] : {}), group, label: null };
  if (question === "nodes") return [{ ...example }, { ...example, node_id: "collect", reached: 25, left: 2 }];
  if (question === "usage") return [{ ...example, sessions: (index % 5) + 3, messages: 20 + index * 3 }];
  return [example];
}

/** What is counted: the overview and the analytics. */
export function numberRoutesOf(api: FakeApi): Record<string, Handler> {
  const ask = (question: string, query: URLSearchParams): [number, unknown] => {
    if (question === "comments") return [200, { data: api.comments, next_cursor: null }];
    if (question === "forecast") return [200, NO_FORECAST];
    const known = analyticsQuestion.parse(question);
    const days = Number(query.get("days"));
    const groups =
      query.get("by") === "day" ? Array.from({ length: days }, (_, index) => dayBack(days - 1 - index)) : ["total"];
    const data = api.sessions.length === 0 ? [] : groups.flatMap((group, index) => rowsOf(known, group, index));
    return [200, { from: dayBack(days - 1), to: dayBack(0), by: query.get("by"), truncated: false, data }];
  };
  return {
    "GET /analytics/:": ({ parts, query }) =>
      parts[0] === "security-events"
        ? [200, { data: api.securityEvents, next_cursor: null }]
        : ask(parts[0] ?? "", query),
    "GET /overview": () => [200, overviewOf(api)],
    "GET /demo-week": () => [200, api.demoWeek],
    "DELETE /demo-week": () => {
      const { sessions } = api.demoWeek;
      api.demoWeek = { state: "none", sessions: 0, links: [] };
      return [200, { sessions }];
    },
    "GET /users/:": () => [200, api.who],
    "GET /sign-in/:": () => [200, { oidc: null, signed_in: false }],
    "GET /sign-in/:/tenants": () => [200, { data: api.tenants }],
  };
}

function overviewOf(api: FakeApi): Row {
  const rows = api.sessions.map(listedSession);
  const waiting = rows.filter(({ state }) => state === "waiting");
  return {
    waiting: { count: waiting.length, longest_since: waiting[0]?.waiting_since ?? null },
    live: { sessions: rows.filter(({ status }) => status === "active").length, with_person: 0 },
    ...{ failed_turns_today: 0, access_requests: api.requests.length, first_token_p95_ms: 812 },
    access_requests_by:
      api.requests.length === 0 ? [] : [{ agent: "clinic-desk", name: "Clinic desk", count: api.requests.length }],
    spend_today: { cost: 3.12, calls: 1_840, unpriced_calls: 0, budget: null },
    days: Array.from({ length: 14 }, (_, index) => ({
      ...{ day: dayBack(13 - index), sessions: (index * 7) % 11, ratings: index % 3 },
      average_rating: index % 3 === 0 ? null : 4.2,
    })),
    system: {
      ...{ waiting_messages: 1, oldest_message_at: null, dead_letters: 0 },
      ...{ webhooks_failing: 0, webhook_deliveries_waiting: 0, behind: [] },
      ...api.system,
    },
    at: new Date().toISOString(),
  };
}
