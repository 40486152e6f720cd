import { backoffMs } from "./backoff.js";

const FIRST_PAUSE_MS = 1_000;

/** Fetches a part of the page's code, again and again with growing pauses, until it comes: without a connection none does. */
export async function untilFetched<Code>(load: () => Promise<Code>): Promise<Code> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await load();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, FIRST_PAUSE_MS)));
    }
  }
}
