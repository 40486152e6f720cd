import { type ReplayReport, TerminalError } from "@parley/contracts";
import type { Definition } from "@parley/turns";
import type { RecordedSession, RecordedTurn } from "../repository/recordings.js";
import { differenceOf } from "./compare-turn.js";
import type { LoadVersion } from "./recorded-answers.js";
import { replayTurns } from "./replay-turns.js";

/** Turns whose records are in memory at once, unless one session has more. */
const CHUNK_TURNS = 500;
/** Keeps a report far below the bus's message size limit. */
const MAX_REPORT_CHARACTERS = 500_000;

export interface ReplayDeps {
  /** The version to replay against, and its number. */
  start: Definition;
  agentId: string;
  version: number;
  load: LoadVersion;
  /** Settled turns of conversations, by conversation. */
  turnsOf(conversationIds: string[]): Promise<Map<string, RecordedTurn[]>>;
  /** `performance.now()` after which no further session is started. */
  deadlineAt: number;
}

type Report = Omit<ReplayReport, "unknown" | "purged">;

/** Replays sessions in chunks until the deadline and reports the first divergence of each. It has no access to a model. */
export async function replaySessions(deps: ReplayDeps, sessions: readonly RecordedSession[]): Promise<Report> {
  const counts = { replayed: 0, identical: 0, turns: 0, recorded_calls: 0 };
  const report: Report = { version: deps.version, ...counts, model_calls: 0, diverged: [], remaining: [] };
  let characters = 0;
  let at = 0;
  for (const chunk of chunksOf(sessions)) {
    const turns = await deps.turnsOf(chunk.map(({ id }) => id));
    for (const [index, session] of chunk.entries()) {
      if (performance.now() > deps.deadlineAt || characters > MAX_REPORT_CHARACTERS) {
        return { ...report, remaining: sessions.slice(at + index).map(({ session_id }) => session_id) };
      }
      const told = await replaySession(deps, session, turns.get(session.id) ?? []);
      report.replayed += 1;
      report.turns += told.turns;
      report.recorded_calls += told.calls;
      if (told.divergence === null) report.identical += 1;
      else {
        report.diverged.push(told.divergence);
        characters += JSON.stringify(told.divergence).length;
      }
    }
    at += chunk.length;
  }
  return report;
}

function chunksOf(sessions: readonly RecordedSession[]): RecordedSession[][] {
  const chunks: RecordedSession[][] = [];
  let room = 0;
  for (const session of sessions) {
    const last = chunks.at(-1);
    room -= session.done_seq;
    if (last && room >= 0) last.push(session);
    else {
      chunks.push([session]);
      room = CHUNK_TURNS - session.done_seq;
    }
  }
  return chunks;
}

interface Told {
  turns: number;
  calls: number;
  divergence: ReplayReport["diverged"][number] | null;
}

async function replaySession(
  deps: ReplayDeps,
  session: RecordedSession,
  turns: readonly RecordedTurn[],
): Promise<Told> {
  const told: Told = { turns: 0, calls: 0, divergence: null };
  const sameVersion = session.agent_id === deps.agentId && session.agent_version === deps.version;
  let seq = 0;
  try {
    for await (const replayed of replayTurns(session, turns, deps)) {
      seq = replayed.turn.seq;
      told.turns += 1;
      told.calls += replayed.answered;
      const difference = differenceOf(replayed, { sameVersion, initialMessage: session.has_initial_message });
      if (difference !== null) {
        return { ...told, divergence: { session_id: session.session_id, turn: seq, ...difference } };
      }
    }
  } catch (error) {
    // A version that a transfer led to can no longer be loaded.
    if (!(error instanceof TerminalError)) throw error;
    const place = { session_id: session.session_id, turn: seq + 1 };
    return { ...told, divergence: { ...place, kind: "missing_call", expected: [], got: error.message } };
  }
  return told;
}
