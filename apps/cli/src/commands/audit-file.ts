import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { isDeepStrictEqual } from "node:util";
import { CliError, EXIT, type Io } from "../io.js";
import { printJson, printLine } from "../report.js";
import type { Globals } from "../settings.js";
import { PROBLEMS } from "./audit.js";

interface Problem {
  seq: number;
  problem: string;
}

/** Reported in order; an entirely different file has one for each line. */
const MAX_PROBLEMS = 100;
const NOTHING_BEFORE = "00".repeat(32);
/** Length of a time to the millisecond: an entry shows only this much of the hashed one. */
const TO_THE_MILLISECOND = 23;

interface Line {
  seq: number;
  hash: string;
  previous_hash: string;
  hashed: string;
  [field: string]: unknown;
}

/**
 * Whether an export is intact, without a server: every line has the hash of its content, and follows the line whose hash it holds. A
 * missing end can only be detected with `head`, the hash of an entry that was recorded elsewhere. Reads the file line by line.
 */
export async function verifyAuditFile(
  io: Io,
  { file, head, json }: Globals & { file: string; head: string | undefined },
): Promise<number> {
  const problems: Problem[] = [];
  let [checked, first, last, hasHead] = [0, null as Line | null, null as Line | null, false];
  for await (const text of linesOf(file)) {
    const line = parsed(text, checked + 1);
    problems.push(...problemsOf(line, last).map((problem) => ({ seq: line.seq, problem })));
    checked += 1;
    first ??= line;
    last = line;
    hasHead ||= line.hash === head;
  }
  if (head !== undefined && !hasHead) problems.push({ seq: last?.seq ?? 0, problem: "head_missing" });
  const intact = problems.length === 0;
  const range = first === null || last === null ? null : { first: first.seq, last: last.seq, hash: last.hash };
  if (json) printJson(io, { intact, checked, range, problems: problems.slice(0, MAX_PROBLEMS) });
  else report(io, { checked, range, problems });
  return intact ? EXIT.ok : EXIT.failure;
}

function report(
  io: Io,
  of: { checked: number; range: { first: number; last: number; hash: string } | null; problems: Problem[] },
): void {
  for (const { seq, problem } of of.problems.slice(0, MAX_PROBLEMS))
    printLine(io, `Entry ${seq} ${PROBLEMS[problem] ?? problem}.`);
  if (of.problems.length > MAX_PROBLEMS) printLine(io, `And ${of.problems.length - MAX_PROBLEMS} more.`);
  if (of.problems.length === 0) printLine(io, `Intact: ${of.checked} entries.`);
  if (of.range === null) return;
  if (of.range.first > 1) printLine(io, `Begins with entry ${of.range.first}; what was before it is not in the file.`);
  printLine(io, `Newest entry: ${of.range.last}, ${of.range.hash}`);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, "utf8");
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
      if (line !== "") yield line;
  } catch (cause) {
    throw new CliError("file_unreadable", "The file cannot be read.", EXIT.failure, { cause });
  }
}

/** Throws when the line is not an entry with its hashed text. */
function parsed(text: string, number: number): Line {
  const line = asRecord(text);
  const { seq, hash, previous_hash, hashed } = line ?? {};
  if (
    typeof seq === "number" &&
    typeof hash === "string" &&
    typeof previous_hash === "string" &&
    typeof hashed === "string"
  )
    return { ...line, seq, hash, previous_hash, hashed };
  throw new CliError("no_audit_export", `Line ${number} is no entry of an audit export.`);
}

function problemsOf(line: Line, before: Line | null): string[] {
  const hash = createHash("sha256").update(Buffer.from(line.previous_hash, "hex")).update(line.hashed).digest("hex");
  const problems = hash === line.hash && saysWhatWasHashed(line) ? [] : ["changed"];
  if (before === null)
    return line.seq === 1 && line.previous_hash !== NOTHING_BEFORE ? [...problems, "not_joined"] : problems;
  if (line.seq > before.seq + 1) return [...problems, "missing_before"];
  return line.seq === before.seq + 1 && line.previous_hash === before.hash ? problems : [...problems, "not_joined"];
}

/** The readable fields match the text that was hashed. */
function saysWhatWasHashed({ hash: _hash, previous_hash: _previous, hashed, at, ...shown }: Line): boolean {
  const text = asRecord(hashed);
  if (text === null) return false;
  const { tenant_id: _tenant, call: _call, at: exactly, ...rest } = text;
  const sameTime =
    typeof at === "string" &&
    typeof exactly === "string" &&
    at.slice(0, TO_THE_MILLISECOND) === exactly.slice(0, TO_THE_MILLISECOND);
  return sameTime && isDeepStrictEqual(shown, rest);
}

function asRecord(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
