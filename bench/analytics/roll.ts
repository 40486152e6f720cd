import { connectDb } from "@parley/db";
import { createLogger } from "@parley/observability";
import { rollUp } from "../../services/cleanup/src/jobs/roll-up.js";

export interface Rolled {
  sessions: number;
  steps: number;
  ms: number;
  /** Of PostgreSQL. */
  cpuMs: number;
}

/** All steps of the job that are due. */
export async function rollUpAll(url: string, postgresCpuMs: () => number): Promise<Rolled> {
  const logger = createLogger({ service: "bench", level: "silent" });
  const db = connectDb({ url, name: "bench", logger, max: 1, statementTimeoutMs: 60_000 });
  const { step } = rollUp({ db, config: { ANALYTICS_INTERVAL_SECONDS: 60 } } as Parameters<typeof rollUp>[0]);
  const rolled: Rolled = { sessions: 0, steps: 0, ms: 0, cpuMs: 0 };
  const [began, cpuBefore] = [performance.now(), postgresCpuMs()];
  for (;;) {
    const { taken, handled } = await step();
    if (taken === 0) break;
    rolled.sessions += handled;
    rolled.steps += 1;
  }
  rolled.ms = performance.now() - began;
  rolled.cpuMs = postgresCpuMs() - cpuBefore;
  await db.close();
  return rolled;
}
