import { readFileSync } from "node:fs";
import { newId } from "@parley/client";
import { EXIT, type Io, usageError } from "../io.js";
import { printFields, printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

interface ScheduleShown {
  id: string;
  name: string | null;
  cron: string;
  timezone: string;
  paused: boolean;
  recipients: number;
  next_runs: string[];
}

interface RunShown {
  id: string;
  occurrence_at: string;
  cause: string;
  status: string;
  outcome: string | null;
  delivery_id: string | null;
  link_id: string | null;
}

const at = (id?: string, ...more: string[]): string =>
  ["/api/schedules", ...(id === undefined ? [] : [encodeURIComponent(id)]), ...more].join("/");

/** Schedules of the tenant, newest first. */
export async function listSchedules(io: Io, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const data = await readAll<ScheduleShown>(transport, { path: at(), signal: io.signal });
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [
      ...[one.id, one.paused ? "paused" : "active", one.cron, one.timezone, String(one.recipients)],
      ...[one.next_runs[0] ?? "", one.name ?? ""],
    ]);
    printTable(io, ["ID", "STATE", "CRON", "ZONE", "RECIPIENTS", "NEXT", "NAME"], rows);
  }
  return EXIT.ok;
}

function show(io: Io, shown: ScheduleShown, { json }: Globals): number {
  if (json) printJson(io, shown);
  else {
    printLine(io, `schedule ${shown.id}: ${shown.cron} in ${shown.timezone}${shown.paused ? ", paused" : ""}`);
    for (const next of shown.next_runs) printLine(io, `  next ${next}`);
  }
  return EXIT.ok;
}

/** One schedule with its next five runs. */
export async function showSchedule(io: Io, id: string, options: Globals): Promise<number> {
  return show(io, await ownerTransport(io, options).json({ method: "GET", path: at(id), signal: io.signal }), options);
}

function readBody(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw usageError(`${file} cannot be read as JSON`);
  }
}

/** Creates a schedule from a file with the body of `POST /api/schedules`. */
export async function createSchedule(io: Io, file: string, options: Globals): Promise<number> {
  const call = { method: "POST" as const, path: at(), headers: { "idempotency-key": newId() }, body: readBody(file) };
  return show(io, await ownerTransport(io, options).json({ ...call, signal: io.signal }), options);
}

/** Pauses or resumes a schedule. */
export async function pauseSchedule(io: Io, id: string, options: Globals & { paused: boolean }): Promise<number> {
  const path = at(id, options.paused ? "pause" : "resume");
  return show(io, await ownerTransport(io, options).json({ method: "POST", path, signal: io.signal }), options);
}

/** Runs a schedule now. */
export async function runSchedule(io: Io, id: string, options: Globals): Promise<number> {
  const call = { method: "POST" as const, path: at(id, "run-now"), headers: { "idempotency-key": newId() } };
  const run = await ownerTransport(io, options).json<RunShown>({ ...call, signal: io.signal });
  if (options.json) printJson(io, run);
  else printFields(io, { run: run.id, status: run.status });
  return EXIT.ok;
}

/** Runs and their outcomes, newest first. */
export async function listRuns(io: Io, id: string, options: Globals & { limit: number }): Promise<number> {
  const transport = ownerTransport(io, options);
  const list = { path: at(id, "runs"), limit: options.limit, signal: io.signal };
  const data = await readAll<RunShown>(transport, list);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [
      ...[one.occurrence_at, one.cause, one.status, one.outcome ?? "", one.link_id ?? "", one.delivery_id ?? ""],
    ]);
    printTable(io, ["AT", "BY", "STATUS", "OUTCOME", "LINK", "DELIVERY"], rows);
  }
  return EXIT.ok;
}

/** Deletes a schedule with its log. */
export async function deleteSchedule(io: Io, id: string, options: Globals): Promise<number> {
  const answer = await ownerTransport(io, options).json({ method: "DELETE", path: at(id), signal: io.signal });
  if (options.json) printJson(io, answer);
  else printLine(io, "deleted");
  return EXIT.ok;
}
