import type { RequestsJob, Target } from "../load/jobs.js";
import { sumOf } from "../measure/cpu.js";
import type { Figure } from "../measure/report.js";
import { signedTarget, visitorTarget } from "../stack/tenant.js";
import { cleanRun, type Goal, withCpu } from "./context.js";

const CONCURRENCY = 16;

/** G11: a refused request must be cheap: it is what an attacker sends. */
export const refusals: Goal = {
  id: "G11",
  title: "refused requests against an accepted turn",
  async measure(bench) {
    const { options, stores, product, tenant, load, report } = bench;
    const count = options.quick ? 1_000 : 3_000;
    const groups = { ...product.pids, ...stores.pids };
    const accepted = (await tenant.visitors(180)).map((visitor) => visitorTarget(product.base, visitor));
    const closed = await tenant.makeLink({ is_active: false });
    const [visitor] = await tenant.visitors(1);
    const [sessionId = ""] = await tenant.signedSessions(1);
    if (visitor === undefined) throw new Error("no visitor");
    const wrongKey = signedTarget(product.base, { apiKey: "not-the-key-of-anybody" }, sessionId);
    const many = (target: Target): Target[] => Array.from({ length: CONCURRENCY }, () => target);
    const limited = await limitedTargets(bench);
    const refused: { what: string; expect: number; targets: Target[] }[] = [
      { what: "bad signature, 401", expect: 401, targets: many(wrongKey) },
      {
        what: "link that is closed, 404",
        expect: 404,
        targets: many(visitorTarget(product.base, { ...visitor, linkToken: closed })),
      },
      { what: "rate limit, 429", expect: 429, targets: limited },
    ];
    const figures: Figure[] = refused.map(({ what }) => ({
      goal: "G11",
      what: `CPU of a refusal / turn: ${what}`,
      unit: "×",
      values: [],
      gate: 0.25,
      stretch: 0.15,
    }));
    const cost = async (job: Omit<RequestsJob, "type" | "concurrency">): Promise<number> => {
      const run = () => cleanRun(load, { type: "requests", concurrency: CONCURRENCY, ...job });
      return (sumOf((await withCpu(groups, run)).cpu) * 1_000) / job.count;
    };
    await cost({ targets: accepted, count, expect: 200 });
    for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
      const turn = await cost({ targets: accepted, count, expect: 200 });
      for (const [index, { targets, expect }] of refused.entries()) {
        // Takes the one request of this minute; the rate is counted before the session is looked at, so it ends with 401 or 429.
        if (expect === 429) await load.run({ type: "requests", targets, count: 1, concurrency: 1, expect });
        const refusal = await cost({ targets, count, expect });
        figures[index]?.values.push(refusal / turn);
        const figure = figures[index];
        if (figure) figure.note = `${refusal.toFixed(0)} µs against ${turn.toFixed(0)} µs`;
      }
      report(`  ${figures.map(({ note }) => note).join(", ")}`);
    }
    return figures;
  },
};

/** A session that may send one message a minute. */
async function limitedTargets({ tenant, product }: Parameters<Goal["measure"]>[0]): Promise<Target[]> {
  const linkToken = await tenant.makeLink({ rate_limit_per_minute: 1 });
  const [visitor] = await tenant.visitors(1);
  if (visitor === undefined) throw new Error("no visitor");
  const target = visitorTarget(product.base, { ...visitor, linkToken });
  return Array.from({ length: CONCURRENCY }, () => target);
}
