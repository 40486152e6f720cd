import { setTimeout as delay } from "node:timers/promises";
import type { RequestsJob, Target } from "../load/jobs.js";
import { type CpuUse, sumOf } from "../measure/cpu.js";
import { databaseUse, formatDatabaseUse } from "../measure/database.js";
import type { Figure } from "../measure/report.js";
import { formatRows } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import { createTenant, visitorTarget } from "../stack/tenant.js";
import { type Bench, cleanRun, type Goal, withCpu } from "./context.js";

/** A link lets one session send 100 messages a minute: enough sessions for every repetition. */
const SESSIONS = 240;
const CONCURRENCY = 32;

interface Side {
  name: string;
  targets: Target[];
  groups: Record<string, number>;
  /** CPU microseconds per turn, one entry per repetition. */
  perTurn: number[];
  /** By process, of all repetitions together. */
  byProcess: CpuUse;
  turns: number;
  rates: number[];
}

const side = (name: string, targets: Target[], groups: Record<string, number>): Side => ({
  name,
  targets,
  groups,
  perTurn: [],
  byProcess: {},
  turns: 0,
  rates: [],
});

/** Sessions of the reference are made once and shared by its goals. */
export async function referenceTargets(
  base: string,
  count: number,
  more: { text?: string; stream?: boolean } = {},
): Promise<Target[]> {
  await fetch(`${base}/sessions/${count}`, { method: "POST" });
  return Array.from({ length: count }, (_, index) => ({
    url: `${base}/chat/${index + 1}`,
    method: "POST" as const,
    headers: {
      authorization: `Bearer reference-${index + 1}`,
      ...(more.stream ? { accept: "text/event-stream" } : {}),
    },
    bodies: [JSON.stringify({ message: more.text ?? "please move on, number {n}" })],
  }));
}

/** One repetition of one side. */
export async function measureTurns(bench: Bench, one: Side, turns: number): Promise<void> {
  const job: RequestsJob = {
    type: "requests",
    targets: one.targets,
    count: turns,
    concurrency: CONCURRENCY,
    expect: 200,
  };
  const { result, cpu } = await withCpu(one.groups, () => cleanRun(bench.load, job));
  one.perTurn.push((sumOf(cpu) * 1_000) / turns);
  for (const [name, ms] of Object.entries(cpu)) one.byProcess[name] = (one.byProcess[name] ?? 0) + ms;
  one.turns += turns;
  one.rates.push((turns * 1_000) / result.wallMs);
  bench.report(
    `  ${one.name}: ${Math.round(one.perTurn.at(-1) ?? 0)} µs CPU a turn, ${Math.round(one.rates.at(-1) ?? 0)}/s`,
  );
}

export const costOfATurn: Goal = {
  id: "G1,G2",
  title: "CPU per durable turn",
  async measure(bench) {
    const { options, stores, product, tenant } = bench;
    const turns = options.quick ? 1_500 : 2_500;
    const lean = await bench.reference("lean");
    const sdk = await bench.reference("sdk");
    const ownNats = await stores.anotherNats();
    const standalone = await bench.start({
      shape: "standalone",
      databaseUrl: await stores.database("standalone"),
      stores: { ...stores, natsUrl: ownNats.url },
    });
    const standaloneTenant = await createTenant(standalone.base, bench.keys.apiKey);
    const visitors = await tenant.visitors(SESSIONS);
    const standaloneVisitors = await standaloneTenant.visitors(SESSIONS);
    const database = { postgres: stores.pids.postgres };
    const sides = {
      services: side(
        "six services",
        visitors.map((visitor) => visitorTarget(product.base, visitor)),
        { ...product.pids, ...stores.pids },
      ),
      standalone: side(
        "one process",
        standaloneVisitors.map((visitor) => visitorTarget(standalone.base, visitor)),
        { ...standalone.pids, ...stores.pids, nats: ownNats.pid },
      ),
      lean: side("reference", await referenceTargets(lean.base, SESSIONS), {
        reference: lean.process.pid,
        ...database,
      }),
      sdk: side("reference, SDK as it comes", await referenceTargets(sdk.base, SESSIONS), {
        reference: sdk.process.pid,
        ...database,
      }),
    };
    const all = Object.values(sides);
    // Warm: code is compiled, connections are open, plans are made.
    for (const one of all) await measureTurns(bench, { ...one, perTurn: [], rates: [], byProcess: {} }, turns);
    if (options.profileDir !== null) await profileDatabase(bench, sides.services, turns);
    for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
      for (const one of all) await measureTurns(bench, one, turns);
    }
    await Promise.all([lean.process.stop(), sdk.process.stop(), standalone.stop()]);
    bench.report(breakdown(all));
    const against = (one: Side, floor: Side): number[] =>
      one.perTurn.map((cost, index) => cost / (floor.perTurn[index] ?? Number.NaN));
    const cost = (one: Side): string => `${Math.round(quantile(one.perTurn, 0.5))} µs`;
    const both = (one: Side, floor: Side): string => `${cost(one)} against ${cost(floor)}`;
    const figures: Figure[] = [
      {
        goal: "G1",
        what: "CPU of a turn / tuned process, six services",
        unit: "×",
        values: against(sides.services, sides.lean),
        gate: 4,
        stretch: 2.4,
        note: both(sides.services, sides.lean),
      },
      {
        goal: "G1",
        what: "the same, product as one process",
        unit: "×",
        values: against(sides.standalone, sides.lean),
        note: both(sides.standalone, sides.lean),
      },
      {
        goal: "G2",
        what: "CPU of a turn / one process, SDK as it comes",
        unit: "×",
        values: against(sides.services, sides.sdk),
        gate: 1.2,
        stretch: 0.7,
        note: both(sides.services, sides.sdk),
      },
      {
        goal: "G2",
        what: "CPU of a turn / LangGraph.js, Mastra, DBOS, Restate",
        unit: "×",
        values: [],
        note: "not installed here",
      },
    ];
    return figures;
  },
};

async function profileDatabase(bench: Bench, services: Side, turns: number): Promise<void> {
  const before = await databaseUse(bench.databaseUrl);
  await measureTurns(bench, { ...services, perTurn: [], rates: [], byProcess: {} }, turns);
  await delay(1_500);
  bench.report(formatDatabaseUse(before, await databaseUse(bench.databaseUrl), turns));
}

/** Where the CPU goes, by process. */
function breakdown(sides: Side[]): string {
  const names = [...new Set(sides.flatMap(({ byProcess }) => Object.keys(byProcess)))];
  const cell = (one: Side, name: string): string => {
    const ms = one.byProcess[name];
    return ms === undefined ? "" : String(Math.round((ms * 1_000) / one.turns));
  };
  const rows = names.map((name) => [name, ...sides.map((one) => cell(one, name))]);
  const total = sides.map((one) => String(Math.round((sumOf(one.byProcess) * 1_000) / one.turns)));
  return `\nCPU µs per turn\n${formatRows([["process", ...sides.map(({ name }) => name)], ...rows, ["sum", ...total]])}\n`;
}
