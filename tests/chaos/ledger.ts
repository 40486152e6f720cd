import { appendFileSync, readFileSync, writeFileSync } from "node:fs";

/** One line of the ledger: what the client meant to send, and what came back. Written before and after each send. */
export type LedgerLine = LedgerStep & {
  /** Milliseconds since the ledger was begun. */
  at?: number;
};

type LedgerStep =
  | { type: "sending"; session: string; id: string; content: string; attempt: number }
  | { type: "answered"; session: string; id: string; turnId: string; response: string; replayed: boolean }
  /** The turn is over without a reply: an answer too, and the last one under this id. */
  | { type: "errored"; session: string; id: string; turnId: string; status: number; code: string }
  /** Status 0: no answer at all. */
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
  const began = performance.now();
  return {
    write: (line) =>
      appendFileSync(file, `${JSON.stringify({ at: Math.round(performance.now() - began), ...line })}\n`),
    lines: () =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        // Written by this very module.
        .map((line) => JSON.parse(line) as LedgerLine),
  };
}
