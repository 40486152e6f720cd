import { appendFileSync, readFileSync, writeFileSync } from "node:fs";

/** One line of the ledger: what the client meant to send, and what came back. Written before and after each send. */
export type LedgerLine =
  | { type: "sending"; session: string; id: string; content: string; attempt: number }
  | { type: "answered"; session: string; id: string; turnId: string; response: string; replayed: boolean }
  | { type: "failed"; session: string; id: string; status: number; code: string }
  | { type: "gave_up"; session: string; id: string };

export interface Ledger {
  write(line: LedgerLine): void;
  /** Everything written so far, read back from the file. */
  lines(): LedgerLine[];
}

/** A file with one JSON line per step: it outlives whatever happens to the process that writes it. */
export function createLedger(file: string): Ledger {
  writeFileSync(file, "");
  return {
    write: (line) => appendFileSync(file, `${JSON.stringify(line)}\n`),
    lines: () =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        // Written by this very module.
        .map((line) => JSON.parse(line) as LedgerLine),
  };
}
