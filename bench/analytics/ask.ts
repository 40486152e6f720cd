import {
  type AnalyticsBy,
  type AnalyticsQuestion,
  analyticsBy,
  analyticsQuestion,
  type Principal,
} from "@parley/contracts";
import { connectDb } from "@parley/db";
import { createLogger } from "@parley/observability";
import { askAnalytics } from "../../services/sessions/src/analytics/ask-analytics.js";
import { dayAfter, isoDay } from "../../services/sessions/src/analytics/days.js";
import { spreadOf } from "../measure/statistics.js";
import type { Company } from "./generate.js";

/** What an owner may wait for an answer, with a million sessions. */
export const BOUND_MS = 300;

export interface Answered {
  question: AnalyticsQuestion;
  /** By what, and of what alone. */
  way: string;
  rows: number;
  /** Median. */
  ms: number;
}

/** The most days that the interface takes by hour. */
const DAYS_BY_HOUR = 14;

/** Every question by everything over the whole time, by hour over two weeks, and what is asked of one agent, link, version and channel. */
export async function askEverything(url: string, company: Company, repetitions: number): Promise<Answered[]> {
  const logger = createLogger({ service: "bench", level: "silent" });
  const db = connectDb({ url, name: "bench", logger, max: 2, statementTimeoutMs: 60_000 });
  const principal: Principal = { tenantId: company.tenantId, role: "admin", via: "token", id: "bench" };
  const ask = askAnalytics({ db });
  const ofOne = [
    { of: "agent", agent: "agent-0" },
    { of: "link", linkId: company.busiestLink },
    { of: "version", version: 2 },
    { of: "channel", channel: "link" as const },
  ];
  const ways: { way: string; by: AnalyticsBy; filter: object }[] = [
    ...analyticsBy.options.map((by) => ({ way: by, by, filter: {} })),
    ...ofOne.flatMap(({ of, ...filter }) =>
      (["day", "hour"] as const).map((by) => ({ way: `${by} of ${of}`, by, filter })),
    ),
  ];
  const to = isoDay(Date.now());
  const answered: Answered[] = [];
  for (const question of analyticsQuestion.options)
    for (const { way, by, filter } of ways) {
      const from = dayAfter(to, 1 - (by === "hour" ? DAYS_BY_HOUR : company.days));
      let rows = 0;
      const values: number[] = [];
      for (let n = 0; n < repetitions; n += 1) {
        const began = performance.now();
        rows = (await ask({ principal, question, by, from, to, ...filter })).rows.length;
        values.push(performance.now() - began);
      }
      answered.push({ question, way, rows, ms: spreadOf(values).median });
    }
  await db.close();
  return answered;
}
