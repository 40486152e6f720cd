import type { RequestsJob } from "../load/jobs.js";
import { sumOf } from "../measure/cpu.js";
import type { Figure } from "../measure/report.js";
import { visitorTarget } from "../stack/tenant.js";
import { cleanRun, type Goal, withCpu } from "./context.js";

const SESSIONS = 240;
const CONCURRENCY = 32;

/** G9: a second gateway and a second runner, and what they make a turn cost. */
export const replicas: Goal = {
  id: "G9",
  title: "two gateways and two runners against one and one",
  async measure(bench) {
    const { options, stores, product, tenant, load, report } = bench;
    const count = options.quick ? 1_500 : 4_000;
    const visitors = await tenant.visitors(SESSIONS);
    const figure: Figure = {
      goal: "G9",
      what: "CPU of a turn, 2 + 2 / 1 + 1",
      unit: "×",
      values: [],
      gate: 1.7,
      stretch: 1.25,
    };
    const perTurn = async (bases: string[], pids: Record<string, number>, turns: number): Promise<number> => {
      const targets = visitors.map((visitor, index) => visitorTarget(bases[index % bases.length] ?? "", visitor));
      const job: RequestsJob = { type: "requests", targets, count: turns, concurrency: CONCURRENCY, expect: 200 };
      const { cpu } = await withCpu(pids, () => cleanRun(load, job));
      return (sumOf(cpu) * 1_000) / turns;
    };
    const onePids = { ...product.pids, ...stores.pids };
    await perTurn([product.base], onePids, count);
    for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
      const one = await perTurn([product.base], onePids, count);
      const second = await bench.start({ shape: "services", services: ["agent-runner", "gateway"] });
      const bases = [product.base, second.base];
      const more = Object.fromEntries(Object.entries(second.pids).map(([name, pid]) => [`${name}-2`, pid]));
      // The new processes compile their code first, as those of the other side have done.
      await perTurn(bases, { ...onePids, ...more }, count);
      const two = await perTurn(bases, { ...onePids, ...more }, count);
      await second.stop();
      figure.values.push(two / one);
      figure.note = `${two.toFixed(0)} µs against ${one.toFixed(0)} µs`;
      report(`  ${figure.note}`);
    }
    return [figure];
  },
};
