import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "@parley/contracts";

const PATIENCE_MS = 60_000;
const PAUSE_MS = 500;

/** Asks again while the database is too busy to answer, as it is after a kill on a machine under load: a start is worth waiting for. */
export async function whileBusy<T>(ask: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const until = performance.now() + patienceMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "not_ready" || performance.now() > until) throw error;
      await delay(PAUSE_MS);
    }
  }
}
