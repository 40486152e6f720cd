import type { RequestsJob } from "../load/jobs.js";
import { sumOf } from "../measure/cpu.js";
import type { Figure } from "../measure/report.js";
import { signedTarget } from "../stack/tenant.js";
import { type Bench, cleanRun, type Goal, withCpu } from "./context.js";

const YOUNG_TURN = 100;
const OLD_TURN = 1_000;

interface Group {
  targets: ReturnType<typeof signedTarget>[];
}

async function turnsOf(bench: Bench, { targets }: Group, each: number): Promise<number> {
  const { stores, product, load } = bench;
  const count = targets.length * each;
  const job: RequestsJob = { type: "requests", targets, count, concurrency: targets.length, expect: 200 };
  const { cpu } = await withCpu({ ...product.pids, ...stores.pids }, () => cleanRun(load, job));
  return (sumOf(cpu) * 1_000) / count;
}

/** G7, first half: a long conversation costs what a short one costs. */
export const longSessions: Goal = {
  id: "G7",
  title: "turn 1,000 against turn 100 of one session",
  async measure(bench) {
    const { options, tenant, product, report } = bench;
    const sessions = options.quick ? 8 : 16;
    const each = options.quick ? 40 : 60;
    const make = async (): Promise<Group> => ({
      targets: (await tenant.signedSessions(sessions)).map((id) => signedTarget(product.base, tenant, id)),
    });
    const figure: Figure = {
      goal: "G7",
      what: "CPU of turn 1,000 / turn 100 of one session",
      unit: "×",
      values: [],
      gate: 1.15,
      stretch: 1.05,
    };
    const old = await make();
    report(`  ${sessions} sessions to turn ${OLD_TURN - 1}`);
    await turnsOf(bench, old, OLD_TURN - 1);
    for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
      // Young sessions must be young again each time; old ones grow only by a few per cent.
      const young = await make();
      await turnsOf(bench, young, YOUNG_TURN - 1);
      const [youngCost, oldCost] = [await turnsOf(bench, young, each), await turnsOf(bench, old, each)];
      figure.values.push(oldCost / youngCost);
      figure.note = `${oldCost.toFixed(0)} µs against ${youngCost.toFixed(0)} µs`;
      report(`  ${figure.note}`);
    }
    const volume: Figure = {
      ...{ goal: "G7", what: "1 M sessions, 4 M messages, 1 M links / empty", unit: "×", values: [] },
      note: "not measured yet",
    };
    return [figure, volume];
  },
};
