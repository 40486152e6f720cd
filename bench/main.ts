import { mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { measureAnalytics } from "./analytics/main.js";
import { measureCapacity } from "./capacity/main.js";
import { type Bench, createBench, type Goal, RunFailed } from "./goals/context.js";
import { GOALS } from "./goals/index.js";
import { type Figure, formatFigures, judge } from "./measure/report.js";
import { HELP, readOptions } from "./options.js";
import { startLoadGenerator } from "./stack/load-generator.js";
import { FROM_SOURCE, ROOT, startNode } from "./stack/process.js";
import { startStores } from "./stack/stores.js";

async function measureAll(bench: Bench): Promise<Figure[]> {
  const { only } = bench.options;
  const wanted = (goal: Goal): boolean => only.length === 0 || goal.id.split(",").some((id) => only.includes(id));
  const figures: Figure[] = [];
  for (const goal of GOALS.filter(wanted)) {
    bench.report(`\n${goal.id}  ${goal.title}`);
    try {
      figures.push(...(await goal.measure(bench)));
    } catch (error) {
      const why = error instanceof RunFailed ? error.message : String(error);
      bench.report(`  no result: ${error instanceof Error && !(error instanceof RunFailed) ? error.stack : why}`);
      const failed = `no result: ${why.split("\n", 1)[0]}`;
      figures.push({ goal: goal.id, what: goal.title, unit: "", values: [], failed });
    }
  }
  return figures;
}

async function main(): Promise<number> {
  if (process.argv[2] === "capacity") {
    await measureCapacity(process.argv.slice(3));
    return 0;
  }
  if (process.argv[2] === "analytics") {
    await measureAnalytics(process.argv.slice(3));
    return 0;
  }
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const report = (line: string): void => void (options.json ? process.stderr : process.stdout).write(`${line}\n`);
  if (options.profileDir !== null) {
    options.profileDir = resolve(options.profileDir);
    mkdirSync(options.profileDir, { recursive: true });
  }
  const undo: (() => unknown)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  // Private servers outlive whoever started them, so an interrupted run has to take them down.
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void stopAll().finally(() => process.exit(130)));
  }
  const stores = await startStores(report);
  undo.push(() => stores.stop());
  const model = startNode("model", [...FROM_SOURCE, join(ROOT, "bench/stack/model-server.ts")], {});
  undo.push(() => model.stop());
  const load = startLoadGenerator();
  undo.push(() => load.stop());
  try {
    const { url: modelUrl } = (await model.firstJson()) as { url: string }; // Printed by our own program.
    const bench = await createBench({ options, stores, modelUrl, load, report });
    undo.push(() => bench.stop());
    const figures = (await measureAll(bench)).map(judge);
    const { repetitions, quick } = options;
    const machine = {
      node: process.version,
      cores: cpus().length,
      stores: stores.table.map((row) => `${row.store} ${row.version}`),
    };
    if (options.json) process.stdout.write(`${JSON.stringify({ repetitions, quick, machine, figures })}\n`);
    else
      report(
        `\n${formatFigures(figures)}\n\n${repetitions} repetitions${quick ? ", quick: not for quoting" : ""}; ${machine.stores.join(", ")}; Node ${machine.node}; ${machine.cores} cores`,
      );
    return figures.some(({ verdict }) => verdict === "error") ? 1 : 0;
  } finally {
    await stopAll();
  }
}

process.exitCode = await main();
