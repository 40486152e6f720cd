import type { RequestsJob, Target } from "../load/jobs.js";
import { type CpuUse, sumOf } from "../measure/cpu.js";
import { formatRows } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import { type Bench, cleanRun, withCpu } from "./context.js";

/** Something that answers turns, and what its turns have cost so far. */
export interface Side {
  name: string;
  targets: Target[];
  /** Process ids by name: everything that is its to run. */
  groups: Record<string, number>;
  /** CPU microseconds per turn, one entry per repetition. */
  perTurn: number[];
  /** By process, of all repetitions together. */
  byProcess: CpuUse;
  turns: number;
}

export const side = (name: string, targets: Target[], groups: Record<string, number>): Side => ({
  ...{ name, targets, groups },
  ...{ perTurn: [], byProcess: {}, turns: 0 },
});

/** Turns of one side before the next side has its share: short, so that a busy minute of the machine meets all of them. */
const SLICE = 500;

/** One repetition: `turns` of each side, in slices whose order goes round. */
export async function measureSides(
  bench: Bench,
  sides: readonly Side[],
  { turns, concurrency, round }: { turns: number; concurrency: number; round: number },
): Promise<void> {
  const used = sides.map((): CpuUse => ({}));
  const slices = Math.max(1, Math.round(turns / SLICE));
  const count = Math.round(turns / slices);
  for (let slice = 0; slice < slices; slice += 1) {
    for (const [place] of sides.entries()) {
      const index = (place + slice + round) % sides.length;
      const one = sides[index];
      const sum = used[index];
      if (one === undefined || sum === undefined) continue;
      const job: RequestsJob = { type: "requests", targets: one.targets, count, concurrency, expect: 200 };
      const { cpu } = await withCpu(one.groups, () => cleanRun(bench.load, job));
      for (const [name, ms] of Object.entries(cpu)) sum[name] = (sum[name] ?? 0) + ms;
    }
  }
  for (const [index, one] of sides.entries()) {
    const cpu = used[index] ?? {};
    one.perTurn.push((sumOf(cpu) * 1_000) / (slices * count));
    one.turns += slices * count;
    for (const [name, ms] of Object.entries(cpu)) one.byProcess[name] = (one.byProcess[name] ?? 0) + ms;
  }
  bench.report(
    `  ${sides.map(({ name, perTurn }) => `${name} ${Math.round(perTurn.at(-1) ?? 0)}`).join(", ")} µs a turn`,
  );
}

/** The cost of one side as a multiple of another's, per repetition. */
export const against = (one: Side, floor: Side): number[] =>
  one.perTurn.map((cost, index) => cost / (floor.perTurn[index] ?? Number.NaN));

const median = (one: Side): string => `${Math.round(quantile(one.perTurn, 0.5))} µs`;
export const both = (one: Side, floor: Side): string => `${median(one)} against ${median(floor)}`;

/** Where the CPU goes, by process: a Markdown table. */
export function breakdown(sides: readonly Side[], concurrency: number): string {
  const names = [...new Set(sides.flatMap(({ byProcess }) => Object.keys(byProcess)))];
  const cell = (one: Side, name: string): string => {
    const ms = one.byProcess[name];
    return ms === undefined ? "" : String(Math.round((ms * 1_000) / one.turns));
  };
  const rows = names.map((name) => [name, ...sides.map((one) => cell(one, name))]);
  const total = sides.map((one) => String(Math.round((sumOf(one.byProcess) * 1_000) / one.turns)));
  const head = ["process", ...sides.map(({ name }) => name)];
  return `\nCPU µs per turn, ${concurrency} under way\n${formatRows([head, ...rows, ["sum", ...total]])}\n`;
}
