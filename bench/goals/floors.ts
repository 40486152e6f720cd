import { join } from "node:path";
import { sumOf } from "../measure/cpu.js";
import type { Figure } from "../measure/report.js";
import { FROM_SOURCE, ROOT, startNode } from "../stack/process.js";
import { type Bench, type Goal, withCpu } from "./context.js";

const FLOORS = [
  { name: "sdk", what: "direct model call, openai SDK as it comes, streamed", server: null },
  { name: "lean", what: "direct model call, lean", server: null },
  { name: "nats", what: "NATS request and reply", server: "nats" },
  { name: "insert", what: "single-row insert, fsync on", server: "postgres" },
] as const;

/** CPU of single steps by themselves: what ratios are made of. */
export const floors: Goal = {
  id: "FLOORS",
  title: "floors",
  async measure(bench) {
    const figures: Figure[] = FLOORS.map(({ what }) => ({
      goal: "–",
      what,
      unit: "µs CPU",
      values: [],
      note: "floor",
    }));
    for (let repetition = 0; repetition < bench.options.repetitions; repetition += 1) {
      for (const [index, floor] of FLOORS.entries()) figures[index]?.values.push(await costOf(bench, floor));
    }
    return figures;
  },
};

async function costOf(bench: Bench, { name, server }: (typeof FLOORS)[number]): Promise<number> {
  const { stores } = bench;
  const count = bench.options.quick ? 1_000 : 4_000;
  const env = { DATABASE_URL: bench.databaseUrl, NATS_URL: stores.natsUrl, OPENAI_BASE_URL: bench.modelUrl };
  const groups: Record<string, number> = server === null ? {} : { [server]: stores.pids[server] };
  const { result, cpu } = await withCpu(groups, async () => {
    const running = startNode(
      name,
      [...FROM_SOURCE, join(ROOT, "bench/reference/floors.ts"), name, String(count)],
      env,
    );
    return (await running.firstJson()) as { cpuUs: number }; // Printed by our own program.
  });
  // The warm-up of a quarter used the server as well.
  return result.cpuUs + (sumOf(cpu) * 1_000) / (count * 1.25);
}
