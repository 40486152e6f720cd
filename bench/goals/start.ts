import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { cpuOf, memoryOf, sumOf, used } from "../measure/cpu.js";
import type { Figure } from "../measure/report.js";
import { quantile } from "../measure/statistics.js";
import type { Product, ProductOptions, Shape } from "../stack/product.js";
import { createTenant, type Visitor } from "../stack/tenant.js";
import type { Bench, Goal } from "./context.js";

const DEADLINE_MS = 60_000;

/** The middle of three, because one start of a process on a busy machine says little. */
async function plainNodeMs(): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ["-e", "0"], { stdio: "ignore" });
    await once(child, "exit");
    times.push(performance.now() - startedAt);
  }
  return quantile(times, 0.5);
}

/** Starts on existing data, waits until every process says that it is ready, and asks until the first turn is answered. */
async function startMs(
  bench: Bench,
  options: Partial<ProductOptions> & { shape: Shape },
  visitor: Visitor,
): Promise<{ ms: number; readyMs: number; cpuMs: number; product: Product }> {
  const startedAt = performance.now();
  const product = await bench.start(options);
  const readyMs = performance.now() - startedAt;
  const cpuMs = sumOf(cpuOf(product.pids));
  for (;;) {
    const answered = await fetch(`${product.base}/api/public/chat/${visitor.linkToken}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${visitor.sessionToken}` },
      body: JSON.stringify({ message: "are you there?" }),
      signal: AbortSignal.timeout(5_000),
    }).then(
      async (response) => {
        await response.text();
        return response.status === 200;
      },
      () => false,
    );
    const ms = performance.now() - startedAt;
    if (answered) return { ms, readyMs, cpuMs, product };
    if (ms > DEADLINE_MS) throw new Error("no turn was answered after the start");
    await delay(10);
  }
}

/** G10: from the start of the processes to the first answered turn, and what the stack takes when nobody talks. */
export const coldStart: Goal = {
  id: "G10",
  title: "cold start and idling",
  async measure(bench) {
    const { options, stores, keys, report } = bench;
    const figures: Figure[] = [
      {
        goal: "G10",
        what: "start to first answered turn, six processes / node -e 0",
        unit: "×",
        values: [],
        gate: 30,
        stretch: 18,
      },
      {
        goal: "G10",
        what: "start to first answered turn, standalone / node -e 0",
        unit: "×",
        values: [],
        gate: 12,
        stretch: 8,
      },
      { goal: "G10", what: "start to ready, standalone", unit: "ms", values: [], gate: 2_500 },
      { goal: "G10", what: "CPU of the process until ready, standalone", unit: "ms", values: [] },
    ];
    const nats = await stores.anotherNats();
    const own = { databaseUrl: await stores.database("cold"), stores: { ...stores, natsUrl: nats.url } };
    const first = await bench.start({ ...own, shape: "standalone" });
    const tenant = await createTenant(first.base, keys.apiKey);
    const [visitor] = await tenant.visitors(1);
    await first.stop();
    if (visitor === undefined) throw new Error("no visitor");
    for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
      for (const [index, shape] of (["services", "standalone"] as const).entries()) {
        const bare = await plainNodeMs();
        const { ms, readyMs, cpuMs, product } = await startMs(bench, { ...own, shape }, visitor);
        await product.stop();
        if (shape === "standalone") {
          figures[2]?.values.push(readyMs);
          figures[3]?.values.push(cpuMs);
        }
        const figure = figures[index];
        figure?.values.push(ms / bare);
        if (figure) figure.note = `${ms.toFixed(0)} ms against ${bare.toFixed(0)} ms; stores run already`;
      }
      const [ready, cpu] = [2, 3].map((index) => figures[index]?.values.at(-1)?.toFixed(0));
      report(
        `  ${figures.flatMap(({ note }) => note ?? []).join(", ")}; standalone ready after ${ready} ms, ${cpu} of CPU`,
      );
    }
    return [...figures, ...(await idle(bench))];
  },
};

/** Processor time over a minute, because jobs come once in seconds; memory at its end. */
const IDLE_SECONDS = { quick: 20, full: 60 };
/** Until nothing is left of what happened before: loops keep their pace for half a minute, Node collects later. */
const SETTLED_MS = 120_000;

async function idle({ options, product, stores, report }: Bench): Promise<Figure[]> {
  const cpu: Figure = {
    goal: "G10",
    what: "CPU of the idle stack, stores included",
    unit: "% of a core",
    values: [],
    gate: 3,
    stretch: 1,
  };
  const resident: Figure = {
    goal: "G10",
    what: "memory of six idle services, resident",
    unit: "MB",
    values: [],
    gate: 900,
  };
  const shared: Figure = {
    goal: "G10",
    what: "memory of the idle stack, stores included; what processes share counted once",
    unit: "MB",
    values: [],
    gate: 900,
  };
  const groups = { ...product.pids, ...stores.pids };
  const seconds = options.quick ? IDLE_SECONDS.quick : IDLE_SECONDS.full;
  await delay(SETTLED_MS);
  for (let repetition = 0; repetition < options.repetitions; repetition += 1) {
    const before = cpuOf(groups);
    await delay(seconds * 1_000);
    const use = used(before, cpuOf(groups));
    cpu.values.push(sumOf(use) / seconds / 10);
    resident.values.push(sumOf(memoryOf(product.pids, "Rss")) / 1e6);
    shared.values.push(sumOf(memoryOf(groups, "Pss")) / 1e6);
    const shares = Object.entries(use).map(([name, ms]) => `${name} ${(ms / seconds / 10).toFixed(2)}`);
    report(`  idle, % of a core: ${shares.join(", ")}`);
    const held = Object.entries(memoryOf(groups, "Pss")).map(([name, bytes]) => `${name} ${(bytes / 1e6).toFixed(0)}`);
    report(`  idle, MB: ${held.join(", ")}`);
  }
  return [cpu, resident, shared];
}
