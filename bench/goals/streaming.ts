import type { StreamsJob, Target } from "../load/jobs.js";
import { sumOf } from "../measure/cpu.js";
import type { Figure } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import { visitorTarget } from "../stack/tenant.js";
import { cleanRun, type Goal, withCpu } from "./context.js";
import { referenceTargets } from "./cost-of-a-turn.js";

const TOKENS = 200;
const TEXT = `please answer at length [[tokens=${TOKENS} delay=10]] number {n}`;
const CONCURRENCY = 16;
const WINDOW_MS = 25;

/** G5: what one streamed token costs, and how old it is when it arrives; model with 100 tokens a second. */
export const streaming: Goal = {
  id: "G5",
  title: "streamed tokens",
  async measure(bench) {
    const { options, stores, product, tenant, load, report } = bench;
    const streams = options.quick ? 32 : 96;
    const reference = await bench.reference("lean");
    const visitors = await tenant.visitors(CONCURRENCY * 4);
    const more = { text: TEXT, stream: true };
    const sides: { targets: Target[]; groups: Record<string, number> }[] = [
      {
        targets: visitors.map((visitor) => visitorTarget(product.base, visitor, more)),
        groups: { ...product.pids, ...stores.pids },
      },
      {
        targets: await referenceTargets(reference.base, CONCURRENCY * 4, more),
        groups: { reference: reference.process.pid, postgres: stores.pids.postgres },
      },
    ];
    const cost: Figure = {
      goal: "G5",
      what: "CPU per streamed token / reference's relay",
      unit: "×",
      values: [],
      gate: 2,
      stretch: 1.5,
    };
    const relay: Figure = {
      goal: "G5",
      what: `relay delay p99 above the window of ${WINDOW_MS} ms`,
      unit: "ms",
      values: [],
      gate: 20,
      stretch: 8,
    };
    for (let repetition = -1; repetition < options.repetitions; repetition += 1) {
      const measured: { perToken: number; p99: number }[] = [];
      for (const { targets, groups } of sides) {
        const count = repetition < 0 ? CONCURRENCY : streams;
        const job: StreamsJob = { type: "streams", targets, count, concurrency: CONCURRENCY };
        const { result, cpu } = await withCpu(groups, () => cleanRun(load, job));
        const arrived = result.times.length;
        // The last delta may lose its race against the committed message, which holds the whole text.
        if (arrived < count * TOKENS * 0.99)
          throw new Error(`${arrived} of ${count * TOKENS} tokens arrived as deltas`);
        measured.push({ perToken: (sumOf(cpu) * 1_000) / arrived, p99: quantile(result.times, 0.99) });
      }
      const [ours, theirs] = measured;
      if (repetition < 0 || ours === undefined || theirs === undefined) continue;
      cost.values.push(ours.perToken / theirs.perToken);
      cost.note = `${ours.perToken.toFixed(0)} µs against ${theirs.perToken.toFixed(0)} µs, turn included`;
      relay.values.push(ours.p99 - WINDOW_MS);
      relay.note = `p99 ${ours.p99.toFixed(1)} ms, reference ${theirs.p99.toFixed(1)} ms`;
      report(`  ${cost.note}; ${relay.note}`);
    }
    await reference.process.stop();
    return [cost, relay];
  },
};
