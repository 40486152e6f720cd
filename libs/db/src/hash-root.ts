import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@parley/observability";
import type { Db } from "./connection.js";

/** What makes hashes; `Secrets` is one. */
interface HashRooted {
  newHashRoot(evidence: string | null): string;
  useHashRoot(sealed: string): void;
}

const PAUSE_MS = 250;
/** The reason to wait is told again this often. */
const TELL_EVERY_MS = 60_000;
const WRONG_KEY = "SECRET_KEY is not the one of this installation";

interface HashRootOptions {
  db: Db;
  secrets: HashRooted;
  logger: Logger;
  /**
   * What follows from a master key that does not open the root. `wait`, for replicas: the process never becomes ready, so that those with the
   * right key stay. `go on`, for the only process of a machine: with hashes of its own key, which match nothing that was kept.
   */
  onWrongKey: "wait" | "go on";
}

/**
 * Makes the hashes of a process those of its installation before anything else of it starts. The root is written once, by whichever process
 * is first, and stays when the master key changes. Waits for a database that is away.
 */
export function keepHashRoot({ db, secrets, logger, onWrongKey }: HashRootOptions) {
  let reason: string | null = null;
  const read = async (): Promise<string | undefined> => {
    const [row] = await db.query<{ sealed: string }>(
      "select sealed from installation_keys where name = 'hash-root'",
      [],
    );
    return row?.sealed;
  };
  const ensure = async (): Promise<string | undefined> => {
    const known = await read();
    if (known !== undefined) return known;
    const [row] = await db.query<{ sealed: string | null }>("select any_sealed_value() as sealed", []);
    const root = secrets.newHashRoot(row?.sealed ?? null);
    await db.query("insert into installation_keys (name, sealed) values ('hash-root', $1) on conflict do nothing", [
      root,
    ]);
    return read();
  };
  /** Answers whether the start may go on. `tell`: what is wrong belongs into the log this time. */
  async function adopt(tell: boolean): Promise<boolean> {
    let sealed: string | undefined;
    try {
      sealed = await ensure();
    } catch (error) {
      reason = "the database is not reachable";
      if (tell) logger.warn({ err: error }, "keys.hash_root_unread");
      return false;
    }
    reason = null;
    if (sealed === undefined) return true;
    try {
      secrets.useHashRoot(sealed);
      return true;
    } catch (error) {
      if (tell) logger.error({ err: error }, "keys.hash_root_unreadable");
      if (onWrongKey === "go on") return true;
      reason = WRONG_KEY;
      return false;
    }
  }
  return {
    name: "hash-root",
    async start(stopping: AbortSignal) {
      let tellAt = 0;
      for (;;) {
        const tell = performance.now() >= tellAt;
        if ((await adopt(tell)) || stopping.aborted) return;
        if (tell) tellAt = performance.now() + TELL_EVERY_MS;
        await delay(PAUSE_MS, undefined, { signal: stopping }).catch(() => undefined);
      }
    },
    ready: async (): Promise<boolean | string> => reason ?? true,
  };
}
