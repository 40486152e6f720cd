import {
  AppError,
  type traceSession as contract,
  type SessionTrace,
  TerminalError,
  type TracedTurn,
} from "@parley/contracts";
import type { z } from "zod";
import type { AgentsDeps } from "../deps.js";
import { type ReplayedTurn, replayTurns } from "../replay/replay-turns.js";
import type { Versions } from "../replay/versions.js";
import { backgroundOf } from "../repository/background.js";
import {
  findSession,
  type RecordedSession,
  type RecordedTurn,
  tenantOfSession,
  turnsOf,
} from "../repository/recordings.js";
import { type RebuiltPrompts, rebuildPrompts } from "../trace/rebuild-prompts.js";
import { addUsage, NO_USAGE, traceTurn } from "../trace/trace-turn.js";

/** Keeps a page below the bus's message size limit. */
const MAX_BYTES = 700_000;

/**
 * Why a session went as it did: nodes, conditions with their inputs, calls, time, tokens, cost. A read. Conditions are derived by
 * replaying the records, so they cost a running session nothing.
 */
export const traceSession =
  (deps: AgentsDeps, versions: Versions) =>
  async ({
    access,
    after,
    limit,
    prompts: wantsPrompts,
  }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    if (access.type !== "hmac") throw new AppError("forbidden");
    const { sessionId } = access;
    const tenantId = access.tenantId ?? (await tenantOfSession((...query) => deps.db.query(...query), sessionId));
    if (tenantId === null) throw new AppError("session_not_found");
    const { session, turns, background } = await deps.db.tenant(tenantId, async (trx) => {
      const session = await findSession(trx, sessionId);
      if (session === null) throw new AppError("session_not_found");
      if (session.purged) throw new AppError("content_removed");
      const turns = (await turnsOf(trx, [session.id])).get(session.id) ?? [];
      return { session, turns, background: await backgroundOf(trx, session.id) };
    });
    const waiting = turns.filter(({ seq }) => seq > after);
    const wanted = waiting.slice(0, limit);
    const prompts = wantsPrompts ? await rebuildPrompts(deps, { tenantId, session, turns, wanted }) : null;
    const replayed = await replayAll(versions, tenantId, { session, turns, prompts });
    const shown: SessionTrace["turns"] = [];
    let bytes = 0;
    for (const turn of wanted) {
      const traced = withPrompts(traceTurn(session.id, turn, replayed.get(turn.seq)), prompts);
      bytes += Buffer.byteLength(JSON.stringify(traced));
      if (shown.length > 0 && bytes > MAX_BYTES) break;
      shown.push(traced);
    }
    const last = shown.at(-1);
    return {
      session_id: session.session_id,
      conversation_id: session.id,
      agent_id: session.agent_id,
      version: session.agent_version,
      status: session.status,
      turns: shown,
      totals: totalsOf(shown),
      background,
      next_cursor: last !== undefined && waiting.length > shown.length ? String(last.turn) : null,
    };
  };

async function replayAll(
  versions: Versions,
  tenantId: string,
  { session, turns, prompts }: { session: RecordedSession; turns: RecordedTurn[]; prompts: RebuiltPrompts | null },
): Promise<Map<number, ReplayedTurn>> {
  const told = new Map<number, ReplayedTurn>();
  try {
    const load = versions.load(tenantId);
    const start = await load(session.agent_id, session.agent_version);
    for await (const replayed of replayTurns(session, turns, { start, load }, prompts?.listening)) {
      told.set(replayed.turn.seq, replayed);
    }
  } catch (error) {
    // Without its version the rest of the trace is still valid.
    if (!(error instanceof TerminalError)) throw error;
  }
  return told;
}

const withPrompts = (traced: TracedTurn, prompts: RebuiltPrompts | null): TracedTurn =>
  prompts === null
    ? traced
    : {
        ...traced,
        calls: traced.calls.map((call) =>
          call.type.startsWith("llm.") ? { ...call, prompt: prompts.of(traced.turn, call.call_id) } : call,
        ),
      };

function totalsOf(turns: SessionTrace["turns"]): SessionTrace["totals"] {
  const calls = turns.flatMap((turn) => turn.calls);
  return {
    turns: turns.length,
    model_calls: calls.filter(({ type }) => type.startsWith("llm.")).length,
    api_calls: calls.filter(({ type }) => type === "api.call").length,
    model_ms: turns.reduce((sum, { latency }) => sum + latency.model_ms, 0),
    api_ms: turns.reduce((sum, { latency }) => sum + latency.api_ms, 0),
    ...turns.reduce((sum, { usage }) => addUsage(sum, usage), NO_USAGE),
  };
}
