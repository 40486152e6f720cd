import { type CutPlan, type CutReader, type CutTimes, startCutReader, type Told } from "./cut-reader.js";

/**
 * Program: readers whose connections are cut all the time, in a process of their own, so that what they cost is not taken from
 * the process that watches. Told what to do by its parent (see cut-readers.ts).
 */
export type Order = { type: "start"; plans: CutPlan[] } | { type: "keep" } | { type: "progress" } | { type: "report" };
export interface Progress {
  /** Readers who were told that their session is over. */
  ended: number;
  cuts: number;
}
export interface Report {
  told: Told[];
  times: CutTimes;
  cpuMs: number;
}

const readers: CutReader[] = [];
const times: CutTimes = { held: [], opened: [] };

process.on("message", (order: Order) => {
  switch (order.type) {
    case "start":
      for (const plan of order.plans) readers.push(startCutReader(plan, times));
      return;
    case "keep":
      for (const reader of readers) reader.keep();
      return;
    case "progress": {
      const told = readers.map((reader) => reader.told);
      const progress: Progress = {
        ended: told.filter(({ ended }) => ended).length,
        cuts: told.reduce((sum, { cuts }) => sum + cuts, 0),
      };
      process.send?.(progress);
      return;
    }
    case "report": {
      const { user, system } = process.cpuUsage();
      const report: Report = { told: readers.map(({ told }) => told), times, cpuMs: (user + system) / 1_000 };
      process.send?.(report);
    }
  }
});
process.on("disconnect", () => process.exit(0));
