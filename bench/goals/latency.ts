import type { PairsJob } from "../load/jobs.js";
import type { Figure } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import { SYSTEM_PROMPT } from "../stack/agent.js";
import { startLoadGenerator } from "../stack/load-generator.js";
import { visitorTarget } from "../stack/tenant.js";
import { cleanRun, type Goal } from "./context.js";

const USER = "please answer, number 1";

/** G3: what the product adds to a direct call when nothing else happens, model instant. */
export const pairedLatency: Goal = {
  id: "G3",
  title: "latency beside a direct SDK call, instant model",
  async measure({ options, tenant, product, modelUrl, load, report }) {
    const count = options.quick ? 150 : 500;
    const visitors = await tenant.visitors(options.quick ? 20 : 60);
    const figures: Figure[] = [
      { goal: "G3", what: "answer p50 / direct call", unit: "×", values: [], gate: 4, stretch: 2.5 },
      { goal: "G3", what: "answer p99 / direct call", unit: "×", values: [], gate: 4, stretch: 2.5 },
      { goal: "G3", what: "first token p50 / direct call", unit: "×", values: [], gate: 2.5, stretch: 1.8 },
      { goal: "G3", what: "first token p99 / direct call", unit: "×", values: [], gate: 3, stretch: 2 },
    ];
    for (let repetition = -1; repetition < options.repetitions; repetition += 1) {
      for (const [index, until] of (["answer", "token"] as const).entries()) {
        const targets = visitors.map((visitor) => visitorTarget(product.base, visitor, { stream: until === "token" }));
        const prompt = { system: SYSTEM_PROMPT, user: USER };
        const job: PairsJob = { type: "pairs", modelUrl, prompt, targets, count, atOnce: 1, until };
        const { times, direct } = await cleanRun(load, job);
        if (repetition < 0) continue; // Warm-up.
        for (const [offset, share] of [0.5, 0.99].entries()) {
          const [ours, theirs] = [quantile(times, share), quantile(direct, share)];
          const figure = figures[index * 2 + offset];
          figure?.values.push(ours / theirs);
          if (figure) figure.note = `${ours.toFixed(1)} ms against ${theirs.toFixed(1)} ms`;
        }
      }
      report(`  ${figures.map(({ note }) => note ?? "warm-up").join(", ")}`);
    }
    return figures;
  },
};

const SLOW = "please answer [[first=300]] number {n}";
const BACKGROUND_PER_SECOND = 100;

/** G4: what the product adds to a model that takes 300 ms, while 100 other turns a second are answered. */
export const latencyUnderLoad: Goal = {
  id: "G4",
  title: "added latency, 300 ms model, 100 turns a second beside it",
  async measure({ options, tenant, product, modelUrl, load, report }) {
    const count = options.quick ? 80 : 200;
    const atOnce = 8;
    const foreground = (await tenant.visitors(64)).map((visitor) =>
      visitorTarget(product.base, visitor, { text: SLOW }),
    );
    const background = (await tenant.visitors(180)).map((visitor) =>
      visitorTarget(product.base, visitor, { text: SLOW }),
    );
    const beside = startLoadGenerator();
    const p50: Figure = {
      goal: "G4",
      what: "added p50, share of the direct call",
      unit: "%",
      values: [],
      gate: 2,
      stretch: 1,
    };
    const p99: Figure = { goal: "G4", what: "added p99", unit: "ms", values: [], gate: 30, stretch: 12 };
    try {
      for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
        const seconds = (count / atOnce) * 0.62 + 2;
        const paced = {
          type: "paced" as const,
          targets: background,
          perSecond: BACKGROUND_PER_SECOND,
          seconds,
          expect: 200,
        };
        const prompt = { system: SYSTEM_PROMPT, user: SLOW };
        const pairs: PairsJob = {
          type: "pairs",
          modelUrl,
          prompt,
          targets: foreground,
          count,
          atOnce,
          until: "answer",
        };
        const [{ times, direct }] = await Promise.all([cleanRun(load, pairs), cleanRun(beside, paced)]);
        const [ours, theirs] = [quantile(times, 0.5), quantile(direct, 0.5)];
        p50.values.push(((ours - theirs) / theirs) * 100);
        p50.note = `${ours.toFixed(0)} ms against ${theirs.toFixed(0)} ms`;
        p99.values.push(quantile(times, 0.99) - quantile(direct, 0.99));
        p99.note = `${quantile(times, 0.99).toFixed(0)} ms against ${quantile(direct, 0.99).toFixed(0)} ms`;
        report(`  p50 ${p50.note}, p99 ${p99.note}`);
      }
    } finally {
      beside.stop();
    }
    return [p50, p99];
  },
};
