import { type LiveEntry, liveEntry } from "@parley/contracts";
import type { Logger } from "@parley/observability";

/** Reads a batch from Redis; entries of an unknown shape (a newer version is rolling out) are left out. */
export function decodeBatch(text: string): LiveEntry[] {
  let batch: unknown;
  try {
    batch = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(batch)) return [];
  return batch.flatMap((item) => {
    const parsed = liveEntry.safeParse(item);
    return parsed.success ? [parsed.data] : [];
  });
}

export type OnEntry = (entry: LiveEntry) => void;

/** Hands entries to every listener; one that throws does not keep the others from theirs. */
export function deliver(listeners: Iterable<OnEntry>, entries: readonly LiveEntry[], logger: Logger): void {
  for (const listener of [...listeners]) {
    for (const entry of entries) {
      try {
        listener(entry);
      } catch (err) {
        logger.error({ err }, "live.listener_failed");
      }
    }
  }
}
