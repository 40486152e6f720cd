import { withPostgresClient } from "@parley/local-servers";
import { cpuOf, sumOf } from "../measure/cpu.js";
import { formatRows } from "../measure/report.js";
import { startStores } from "../stack/stores.js";
import { type Answered, askEverything, BOUND_MS } from "./ask.js";
import { type CompanySize, FILLED, fillDay, fillDays, foundCompany } from "./generate.js";
import { type Rolled, rollUpAll } from "./roll.js";

export interface AnalyticsRun {
  rolled: ({ what: string } & Rolled)[];
  answered: Answered[];
}

const HALF_A_YEAR = { days: 181, agents: 20, links: 2_000 };

export interface AnalyticsPlan extends CompanySize {
  repetitions: number;
  /** Of the server, other databases included. */
  postgresCpuMs(): number;
  report(line: string): void;
}

/** The past of a company in an empty database: generated, rolled up, asked. */
export async function runAnalytics(url: string, plan: AnalyticsPlan): Promise<AnalyticsRun> {
  const { sessions, repetitions, postgresCpuMs, report } = plan;
  return withPostgresClient(url, async (owner) => {
    const company = await foundCompany(owner, plan);
    const rolled: AnalyticsRun["rolled"] = [];
    const roll = async (what: string): Promise<void> => {
      // As autovacuum would have by then.
      await owner.query(`vacuum analyze ${FILLED}`);
      rolled.push({ what, ...(await rollUpAll(url, postgresCpuMs)) });
      report(`rolled up: ${what}`);
    };
    const increment = Math.ceil(sessions / 100);
    await fillDay(owner, company, { daysAgo: plan.days, count: increment });
    await roll("the first 1 %, into nothing");
    await fillDays(owner, company, sessions - 2 * increment);
    report("generated");
    await roll("98 %");
    await fillDay(owner, company, { daysAgo: 1, count: increment });
    await roll("the last 1 %, into half a year");
    return { rolled, answered: await askEverything(url, company, repetitions) };
  });
}

/**
 * `npm run bench -- analytics [sessions]`: what questions about half a year take, and what it costs to roll sessions up. Sessions are
 * rows as the product leaves them behind, without the words of their messages; the job and the questions are the product's own.
 */
export async function measureAnalytics(args: readonly string[]): Promise<void> {
  const [sessions = 1_000_000] = args.map(Number);
  if (!(sessions >= 1_000)) throw new Error("analytics takes a number of sessions, at least 1000");
  const stores = await startStores(() => undefined);
  try {
    const url = await stores.database("analytics");
    const postgresCpuMs = () => sumOf(cpuOf({ postgres: stores.pids.postgres }));
    const report = (line: string): void => void process.stderr.write(`${line}\n`);
    const run = await runAnalytics(url, { ...HALF_A_YEAR, sessions, repetitions: 5, postgresCpuMs, report });
    const { days, agents, links } = HALF_A_YEAR;
    process.stdout.write(
      `${formatRun(run)}\n\n${sessions} sessions in ${days} days, ${agents} agents, ${links} links\n`,
    );
  } finally {
    await stores.stop();
  }
}

function formatRun({ rolled, answered }: AnalyticsRun): string {
  const cost = rolled.map(({ what, sessions, steps, ms, cpuMs }) => [
    ...[what, String(sessions), String(steps), (ms / sessions).toFixed(2), (cpuMs / sessions).toFixed(2)],
  ]);
  const ways = [...new Set(answered.map(({ way }) => way))];
  const questions = [...new Set(answered.map(({ question }) => question))];
  const times = questions.map((question) => {
    const of = answered.filter((one) => one.question === question);
    const slowest = Math.max(...of.map(({ ms }) => ms));
    const cells = ways.map((way) => of.find((one) => one.way === way)?.ms.toFixed(0) ?? "");
    return [question, ...cells, slowest.toFixed(0), `≤ ${BOUND_MS}`, slowest <= BOUND_MS ? "pass" : "miss"];
  });
  return [
    formatRows([["rolled up", "sessions", "steps", "ms a session", "CPU ms a session"], ...cost]),
    formatRows([["ms, median", ...ways, "slowest", "bound", "verdict"], ...times]),
  ].join("\n\n");
}
