import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "@parley/client";
import { CliError, EXIT, type Io, usageError } from "../io.js";
import { printFields, printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface Erasure {
  id: string;
  subject: { kind: string; hash: string };
  state: "waiting" | "running" | "done";
  requested_at: string;
  done_at: string | null;
  progress: { step: string | null; steps_done: number; steps: number; removed: Record<string, Record<string, number>> };
  receipt: { stores: { store: string; remaining: number }[]; signature: string } | null;
  check?: { clean: boolean; found: Record<string, Record<string, number>> };
}

const PATH = "/api/privacy/erasures";
const POLL_MS = 500;

interface EraseOptions extends Globals {
  email?: string;
  session?: string;
  receipt?: string;
  /** False = do not wait until it is done. */
  wait?: boolean;
  timeout: number;
}

/** Requests an erasure and waits for its receipt. A repeat attaches to an unfinished one. Exit code 1 when it is not done in time. */
export async function erase(io: Io, options: EraseOptions): Promise<number> {
  const { email, session, signal } = { ...options, signal: io.signal };
  if ((email === undefined) === (session === undefined)) throw usageError("Name either --email or --session.");
  if (options.wait === false && options.receipt !== undefined) throw usageError("--receipt needs the end of the work.");
  const transport = ownerTransport(io, options);
  const body = email === undefined ? { session_id: session } : { email };
  let shown = await transport.json<Erasure>({ method: "POST", path: "/api/privacy/erasure", body, signal });
  const deadline = performance.now() + options.timeout * 1_000;
  while (options.wait !== false && shown.state !== "done" && performance.now() < deadline) {
    await pause(POLL_MS, undefined, { signal });
    shown = await get(io, transport, shown.id);
  }
  if (options.receipt !== undefined && shown.receipt !== null)
    await writeFile(options.receipt, `${JSON.stringify(shown.receipt, null, 2)}\n`);
  tell(io, shown, options);
  return options.wait === false || shown.state === "done" ? EXIT.ok : EXIT.failure;
}

const get = (io: Io, transport: Transport, id: string, query: Record<string, string> = {}): Promise<Erasure> =>
  transport.json<Erasure>({ method: "GET", path: `${PATH}/${encodeURIComponent(id)}`, query, signal: io.signal });

/** Erasures, newest first. Read-only. */
export async function listErasures(io: Io, options: Globals & { limit: number; check?: boolean }): Promise<number> {
  if (options.check) throw usageError("--check needs the id of an erasure.");
  const list = { path: PATH, limit: options.limit, signal: io.signal };
  const data = await readAll<Erasure>(ownerTransport(io, options), list);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [one.id, one.subject.kind, one.state, one.requested_at, one.done_at ?? ""]);
    printTable(io, ["ID", "OF", "STATE", "ASKED FOR", "DONE"], rows);
  }
  return EXIT.ok;
}

/** One erasure. Read-only; `check`: exit code 1 when erased data has reappeared. */
export async function showErasure(io: Io, id: string, options: Globals & { check?: boolean }): Promise<number> {
  const query: Record<string, string> = options.check ? { check: "true" } : {};
  const shown = await get(io, ownerTransport(io, options), id, query);
  tell(io, shown, options);
  return shown.check === undefined || shown.check.clean ? EXIT.ok : EXIT.failure;
}

function tell(io: Io, shown: Erasure, { json }: Globals): void {
  if (json) {
    printJson(io, shown);
    return;
  }
  const { id, state, progress, receipt, check } = shown;
  const step = progress.step === null ? "" : ` (${progress.step}, ${progress.steps_done} of ${progress.steps} steps)`;
  printFields(io, { id, state: `${state}${step}` });
  const removed = Object.entries(progress.removed).flatMap(([store, counts]) =>
    Object.entries(counts).map(([what, count]) => [store, what, String(count)]),
  );
  if (removed.length > 0) printTable(io, ["STORE", "WHAT", "REMOVED"], removed);
  if (receipt !== null) printFields(io, { receipt: receipt.signature });
  if (check !== undefined) printLine(io, check.clean ? "Nothing has reappeared." : foundLine(check.found));
}

const foundLine = (found: Record<string, Record<string, number>>): string =>
  `Has come back: ${Object.entries(found)
    .flatMap(([store, counts]) => Object.entries(counts).map(([what, count]) => `${store} ${what} ${count}`))
    .join(", ")}`;

/** Asks the server whether it issued a receipt. Exit code 1 when it did not. */
export async function verifyReceipt(io: Io, file: string, options: Globals): Promise<number> {
  const body = receiptIn(await textOf(io, file), file);
  const call = { method: "POST" as const, path: `${PATH}/verify`, body, signal: io.signal };
  const verdict = await ownerTransport(io, options).json<{ valid: boolean; finding: string; erasure_id: string }>(call);
  if (options.json) printJson(io, verdict);
  else printLine(io, `${verdict.erasure_id}: ${verdict.finding.replaceAll("_", " ")}`);
  return verdict.valid ? EXIT.ok : EXIT.failure;
}

async function textOf(io: Io, file: string): Promise<string> {
  if (file !== "-")
    return readFile(file, "utf8").catch((cause: unknown) => {
      throw new CliError("file_unreadable", `${file} cannot be read.`, EXIT.failure, { cause });
    });
  let text = "";
  for await (const chunk of io.stdin) text += chunk.toString();
  return text;
}

/** A receipt, alone or within its erasure. */
function receiptIn(text: string, file: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new CliError("invalid_json", `${file} is no JSON.`, EXIT.failure, { cause });
  }
  if (typeof parsed !== "object" || parsed === null) throw usageError(`${file} holds no receipt.`);
  return "receipt" in parsed && typeof parsed.receipt === "object" && parsed.receipt !== null ? parsed.receipt : parsed;
}
