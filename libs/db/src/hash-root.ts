import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "@parley/observability";
import type { Db } from "./connection.js";

/** What makes hashes; `Secrets` is one. */
export interface HashRooted {
  newHashRoot(evidence: string | null): string;
  useHashRoot(sealed: string): void;
}

const PATIENCE_MS = 60_000;
const PAUSE_MS = 250;

/**
 * Makes the hashes of a process those of its installation before anything else of it starts. The root is written once, by whichever process
 * is first, and stays when the master key changes. Under a key that does not open it the process goes on with hashes of its own key, which
 * match nothing that was kept. Throws when the database is away for a minute.
 */
export function keepHashRoot({ db, secrets, logger }: { db: Db; secrets: HashRooted; logger: Logger }): {
  name: string;
  start(): Promise<void>;
} {
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
  return {
    name: "hash-root",
    async start() {
      const giveUpAt = performance.now() + PATIENCE_MS;
      for (;;) {
        try {
          const sealed = await ensure();
          return sealed === undefined ? undefined : adopt(sealed);
        } catch (error) {
          if (performance.now() > giveUpAt) throw error;
        }
        await delay(PAUSE_MS);
      }
    },
  };

  function adopt(sealed: string): void {
    try {
      secrets.useHashRoot(sealed);
    } catch (error) {
      logger.error({ err: error }, "keys.hash_root_unreadable");
    }
  }
}
