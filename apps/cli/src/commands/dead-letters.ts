import { setTimeout as pause } from "node:timers/promises";
import type { Transport } from "@parley/client";
import { EXIT, type Io, usageError } from "../io.js";
import { safeText } from "../plain-text.js";
import { printFields, printJson, printLine, printTable, reportFailure } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { readAll } from "./read-all.js";

export const DEAD_LETTER_STATUSES = ["waiting", "replaying", "replayed", "failed"] as const;

interface DeadLetter {
  id: string;
  status: (typeof DEAD_LETTER_STATUSES)[number];
  turn_kind: string;
  session_id: string;
  session_status: string;
  reason: string;
  created_at: string;
  replay: { turn_id: string; error: string | null } | null;
}

interface DeadLetterFilter extends Globals {
  status?: string;
  session?: string;
  agentId?: string;
  limit: number;
}

const PATH = "/api/dead-letters";
const pathOf = (id: string): string => `${PATH}/${encodeURIComponent(id)}`;
const POLL_MS = 250;

/** Turns that were given up, newest first, without their content. Read-only. */
export async function listDeadLetters(io: Io, options: DeadLetterFilter): Promise<number> {
  const data = await find(io, ownerTransport(io, options), options);
  if (options.json) printJson(io, { data });
  else {
    const rows = data.map((one) => [one.id, one.status, one.turn_kind, one.session_id, one.created_at, one.reason]);
    printTable(io, ["ID", "STATUS", "TURN", "SESSION", "GIVEN UP", "REASON"], rows);
  }
  return EXIT.ok;
}

function find(
  io: Io,
  transport: Transport,
  { status, session, agentId, limit }: DeadLetterFilter,
): Promise<DeadLetter[]> {
  const query = { status, session_id: session, agent_id: agentId };
  return readAll<DeadLetter>(transport, { path: PATH, query, limit, signal: io.signal });
}

/** One dead letter, with its content. Read-only. */
export async function showDeadLetter(io: Io, id: string, options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  const call = { method: "GET" as const, path: pathOf(id), signal: io.signal };
  const { content, ...shown } = await transport.json<DeadLetter & { content: string }>(call);
  if (options.json) printJson(io, { ...shown, content });
  else {
    printFields(io, shown);
    if (content !== "") printLine(io, `\n${safeText(content)}`);
  }
  return EXIT.ok;
}

export interface ReplayOptions extends DeadLetterFilter {
  all?: boolean;
  /** False = do not wait for the answers. */
  wait?: boolean;
  timeout: number;
}

/**
 * Replays given-up turns and waits for the outcome. One after the other: turns of one session keep their order. Exit code 1 when one was
 * refused, has failed again or is not done in time. Idempotent: the answer of an earlier replay is reported, not repeated.
 */
export async function replayDeadLetters(io: Io, ids: string[], options: ReplayOptions): Promise<number> {
  if ((options.all === true) === ids.length > 0) throw usageError("Name dead letters, or take --all that wait.");
  const transport = ownerTransport(io, options);
  const chosen = options.all ? await oldestFirst(io, transport, options) : ids;
  let exitCode: number = EXIT.ok;
  for (const id of chosen) {
    try {
      const shown = await replayOne(io, transport, id, options);
      if (options.json) printJson(io, shown);
      else printLine(io, `${id}: ${lineOf(shown)}`);
      if (shown.status === "failed" || (options.wait !== false && shown.status !== "replayed")) exitCode = EXIT.failure;
    } catch (error) {
      if (io.signal.aborted) throw error;
      exitCode = reportFailure(io, error, id);
      // No server answers: the others would only wait for the same.
      if (exitCode === EXIT.unreachable) break;
    }
  }
  if (chosen.length === 0 && !options.json) printLine(io, "Nothing waits.");
  return exitCode;
}

/** In the order of their turns. */
async function oldestFirst(io: Io, transport: Transport, options: ReplayOptions): Promise<string[]> {
  const found = await find(io, transport, { ...options, status: options.status ?? "waiting" });
  return found.map(({ id }) => id).reverse();
}

async function replayOne(
  io: Io,
  transport: Transport,
  id: string,
  { wait, timeout }: ReplayOptions,
): Promise<DeadLetter> {
  const { signal } = io;
  let shown = await transport.json<DeadLetter>({ method: "POST", path: `${pathOf(id)}/replay`, signal });
  const deadline = performance.now() + timeout * 1_000;
  while (wait !== false && shown.status === "replaying" && performance.now() < deadline) {
    await pause(POLL_MS, undefined, { signal });
    shown = await transport.json<DeadLetter>({ method: "GET", path: pathOf(id), signal });
  }
  return shown;
}

function lineOf({ status, replay }: DeadLetter): string {
  const error = replay?.error ?? null;
  return `${status}${replay === null ? "" : ` as turn ${replay.turn_id}`}${error === null ? "" : ` (${error})`}`;
}

/** Deletes dead letters; the failed messages stay in the histories. Exit code 1 when one did not exist. */
export async function dropDeadLetters(io: Io, ids: string[], options: Globals): Promise<number> {
  const transport = ownerTransport(io, options);
  let exitCode: number = EXIT.ok;
  for (const id of ids) {
    try {
      await transport.json({ method: "DELETE", path: pathOf(id), signal: io.signal });
      if (options.json) printJson(io, { id, deleted: true });
      else printLine(io, `${id}: dropped`);
    } catch (error) {
      if (io.signal.aborted) throw error;
      exitCode = reportFailure(io, error, id);
      // No server answers: the others would only wait for the same.
      if (exitCode === EXIT.unreachable) break;
    }
  }
  return exitCode;
}
