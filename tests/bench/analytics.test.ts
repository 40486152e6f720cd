import { analyticsBy, analyticsQuestion } from "@parley/contracts";
import { withPostgresClient } from "@parley/local-servers";
import { freshDatabase } from "@parley/testkit";
import { expect, it } from "vitest";
import { runAnalytics } from "../../bench/analytics/main.js";

it("generates a history, rolls up each session once and asks every question in every grouping", async () => {
  const { adminUrl } = await freshDatabase();
  const { rolled, answered } = await runAnalytics(adminUrl, {
    ...{ sessions: 800, days: 10, agents: 3, links: 40, repetitions: 1 },
    postgresCpuMs: () => 0,
    report: () => undefined,
  });
  expect(rolled.map(({ sessions }) => sessions)).toEqual([8, 784, 8]);
  const of = (way: string) => answered.filter((one) => one.way === way).map(({ question }) => question);
  for (const by of [...analyticsBy.options, "hour of link", "day of agent"])
    expect(of(by)).toEqual(analyticsQuestion.options);
  const rows = (question: string, way: string) =>
    answered.find((one) => one.question === question && one.way === way)?.rows;
  const shown = ["total", "day", "hour", "agent", "version", "channel", "day of link"].map((way) => rows("usage", way));
  expect(shown).toEqual([1, 10, 336, 3, 3, 3, 10]);
  const counted = await withPostgresClient(adminUrl, (owner) =>
    owner.query(
      `select grain, sum(amount)::int as sessions from analytics_rollups cross join unnest(names, amounts) u(name, amount)
       where family = 'usage' and name = 'sessions' group by grain order by grain`,
    ),
  );
  expect(counted.rows).toEqual(
    ["day", "day_total", "hour", "hour_all", "hour_total", "link", "link_month", "link_week", "week"].map((grain) => ({
      ...{ grain, sessions: 800 },
    })),
  );
});
