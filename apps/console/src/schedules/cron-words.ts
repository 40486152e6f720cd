import { Cron } from "croner";
import { toString as read } from "cronstrue";

const NICKNAMES: Readonly<Record<string, string>> = {
  ...{ "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0" },
  ...{ "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *" },
};

const plain = (cron: string): string => NICKNAMES[cron.trim().toLowerCase()] ?? cron.trim();

/** A pattern as a sentence; null = not a pattern of five fields. */
export function cronWords(cron: string): string | null {
  const pattern = plain(cron);
  if (pattern.split(/\s+/).length !== 5) return null;
  try {
    return read(pattern, { use24HourTimeFormat: true, verbose: false });
  } catch {
    return null;
  }
}

/**
 * The next occurrences of an unsaved pattern. Once it is saved they are replaced by the server's own list, which knows what becomes of an
 * hour that a clock change skips or repeats.
 */
export function nextTimes(cron: string, timezone: string, count: number): Date[] {
  if (cronWords(cron) === null) return [];
  try {
    return new Cron(plain(cron), { timezone, paused: true, mode: "5-part" }).nextRuns(count);
  } catch {
    return [];
  }
}
