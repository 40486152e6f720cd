import { ParleyError } from "@parley/client";
import { CliError, EXIT, type Io } from "./io.js";
import { columnsOf, safeLine, wrapText } from "./plain-text.js";

export const printLine = (io: Io, line = ""): void => void io.stdout.write(`${line}\n`);
export const printJson = (io: Io, value: unknown): void => printLine(io, JSON.stringify(value));

/** Reports an error on standard error: one sentence, its code and fields; returns the exit code. `about`: which of many items failed. */
export function reportFailure(io: Io, error: unknown, about?: string): number {
  const { code, sentence, exitCode } = explain(error);
  io.stderr.write(
    `parley: ${safeLine(about === undefined ? sentence : `${about}: ${sentence}`)} (${safeLine(code)})\n`,
  );
  if (error instanceof ParleyError) {
    for (const { pointer, message } of error.errors) io.stderr.write(`  ${safeLine(`${pointer} ${message}`)}\n`);
    if (error.requestId !== null && error.status >= 500) io.stderr.write(`  request ${safeLine(error.requestId)}\n`);
  }
  return exitCode;
}

function explain(error: unknown): { code: string; sentence: string; exitCode: number } {
  if (error instanceof CliError) return { code: error.code, sentence: error.message, exitCode: error.exitCode };
  if (error instanceof ParleyError) {
    const unanswered = error.code === "network_error" || error.code === "timeout";
    return { code: error.code, sentence: error.detail, exitCode: unanswered ? EXIT.unreachable : EXIT.failure };
  }
  const sentence = error instanceof Error ? error.message : "Something failed.";
  return { code: "internal", sentence, exitCode: EXIT.failure };
}

/** Rows in columns, each as wide as its widest cell. On a terminal that is too narrow for them, one field per line. */
export function printTable(io: Io, head: string[], rows: string[][]): void {
  if (rows.length === 0) {
    printLine(io, "Nothing there.");
    return;
  }
  const safe = rows.map((row) => row.map(safeLine));
  const widths = head.map((name, column) => Math.max(name.length, ...safe.map((row) => columnsOf(row[column] ?? ""))));
  const needed = widths.reduce((sum, width) => sum + width + 2, -2);
  if (io.stdout.isTTY && io.stdout.columns !== undefined && needed > io.stdout.columns) printRecords(io, head, safe);
  else
    for (const row of [head, ...safe])
      printLine(
        io,
        row
          .map((cell, column) => padded(cell, widths[column] ?? 0))
          .join("  ")
          .trimEnd(),
      );
}

function printRecords(io: Io, head: string[], rows: string[][]): void {
  const width = Math.max(...head.map(({ length }) => length)) + 2;
  for (const [index, row] of rows.entries()) {
    if (index > 0) printLine(io);
    for (const [column, name] of head.entries()) {
      const lines = wrapText(row[column] ?? "", (io.stdout.columns ?? 0) - width);
      for (const [n, line] of lines.entries()) printLine(io, padded(n === 0 ? name : "", width) + line);
    }
  }
}

const padded = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - columnsOf(text)));

/** One field per line; objects and lists as JSON. */
export function printFields(io: Io, value: object): void {
  const fields = Object.entries(value);
  const width = Math.max(0, ...fields.map(([name]) => name.length));
  for (const [name, one] of fields)
    printLine(io, `${name.padEnd(width)}  ${safeLine(typeof one === "string" ? one : JSON.stringify(one))}`);
}
