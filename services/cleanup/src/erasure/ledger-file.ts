import { appendFile, open, readFile } from "node:fs/promises";
import type { Secrets } from "@parley/secrets";
import { z } from "zod";

const uuid = z.uuid();

/** What is stored of an erasure outside the database: keyed hashes and ids. */
export const ledgerEntry = z.object({
  erasure_id: uuid,
  tenant_id: uuid,
  kind: z.enum(["email", "session"]),
  subject_hash: z.string(),
  memory_hash: z.string().nullable(),
  memory_agent: uuid.nullable(),
  erased_before: z.string(),
  requested_by: z.string(),
  requested_at: z.string(),
  sessions: z.array(z.tuple([uuid, z.string()])),
});
export type LedgerEntry = z.output<typeof ledgerEntry>;

const line = z.object({ entry: z.string(), mac: z.string() });

/** The ledger: one line per erasure, append-only. Any number of processes may append to one file, or each have its own. */
export interface Ledger {
  /** All entries, by id; `damaged`: lines not written by this installation, or partial lines of a killed process. */
  read(): Promise<{ entries: Map<string, LedgerEntry>; damaged: number }>;
  /** Resolves when they are on the disk. */
  add(entries: readonly LedgerEntry[]): Promise<void>;
}

export function openLedger(file: string, secrets: Pick<Secrets, "keyedHash">): Ledger {
  const macOf = (entry: string): string => secrets.keyedHash(`erasure ledger:${entry}`);
  const parse = (text: string): LedgerEntry | null => {
    try {
      const { entry, mac } = line.parse(JSON.parse(text));
      return mac === macOf(entry) ? ledgerEntry.parse(JSON.parse(entry)) : null;
    } catch {
      return null;
    }
  };
  return {
    async read() {
      const entries = new Map<string, LedgerEntry>();
      let damaged = 0;
      for (const text of (await textOf(file)).split("\n")) {
        if (text === "") continue;
        const entry = parse(text);
        if (entry === null) damaged += 1;
        else entries.set(entry.erasure_id, entry);
      }
      return { entries, damaged };
    },
    async add(entries) {
      const lines = entries.map((one) => {
        const entry = JSON.stringify(one);
        // Starts with a line break, which ends a partial line of a killed process.
        return `\n${JSON.stringify({ entry, mac: macOf(entry) })}\n`;
      });
      await appendFile(file, lines.join(""), { mode: 0o600 });
      const handle = await open(file, "r");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
  };
}

/** Empty while there is no file. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}
