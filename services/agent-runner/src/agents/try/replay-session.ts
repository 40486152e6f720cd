import { isDeepStrictEqual } from "node:util";
import {
  AppError,
  type ComparedTurn,
  type replaySession as contract,
  newId,
  type ReplayedSide,
  requireRole,
  type SessionReplay,
  TerminalError,
  type TestStep,
  tenantOf,
  type Usage,
} from "@parley/contracts";
import type { TurnRun } from "@parley/turns";
import type { z } from "zod";
import { replayTurns } from "../replay/replay-turns.js";
import type { Versions } from "../replay/versions.js";
import { findAgent } from "../repository/agents.js";
import {
  findSession,
  promptSources,
  type RecordedSession,
  type RecordedTurn,
  turnsOf,
} from "../repository/recordings.js";
import { answerOf } from "../to-test/recorded-answer.js";
import { addUsage, NO_USAGE } from "../trace/trace-turn.js";
import type { TryDeps } from "./deps.js";
import { type PlayedStep, playTry } from "./play-try.js";
import { definitionFor } from "./try-agent.js";

type Input = z.output<typeof contract.request>;

/** As for a try: one request, including all its model calls. */
const REPLAY_MS = 45_000;
const MAX_STEPS = 50;
/** Characters shown of a text, and bytes of an answer, which stays below the bus's message size limit. */
const MAX_TEXT = 4_000;
const MAX_BYTES = 700_000;

/**
 * Replays the visitor's messages of a recorded session against a version or a document, and reports turn by turn how the two conversations
 * differ. Models are called, within the limits of a try; HTTP calls get their recorded answers. A read: nothing is stored, and nobody is
 * notified. Throws `session_not_found`, `content_removed`, `version_not_found`, `agent_has_no_version`, `invalid_document`.
 */
export const replaySession =
  (deps: TryDeps, versions: Versions) =>
  async ({ principal, sessionId, given }: Input): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "editor");
    const tenantId = tenantOf(principal);
    const { session, turns, sources, agent } = await deps.db.tenant(tenantId, async (trx) => {
      const session = await findSession(trx, sessionId);
      if (session === null) throw new AppError("session_not_found");
      if (session.purged) throw new AppError("content_removed");
      const all = (await turnsOf(trx, [session.id])).get(session.id) ?? [];
      return {
        ...{ session, turns: all.filter(({ trace }) => trace !== null) },
        sources: await promptSources(trx, session.id, { from: 0, through: -1, most: 0 }),
        agent: await findAgent(trx, session.agent_id),
      };
    });
    const at = { tenantId, agent: session.agent_id, active: agent?.active_version ?? null };
    const { definition, version } = await definitionFor(deps, versions, at, given);
    const [opening, ...steps] = turns.slice(0, MAX_STEPS + 1).map(stepOf);
    const context = {
      ...{ ...deps, tenantId, definition, makesCalls: false, turnId: `try-${newId()}` },
      ...{ policy: sources?.link_policy ?? {}, greeting: sources?.link_policy.welcome_message ?? null },
    };
    const played = await playTry(
      context,
      opening === undefined ? [] : [opening, ...steps],
      AbortSignal.timeout(REPLAY_MS),
    );
    const runs = await recordedRuns(versions, tenantId, { session, turns });
    const usage = played.map((step) => step.usage).reduce<Usage>(addUsage, NO_USAGE);
    const compared = bounded(
      turns.map((turn, index) => compare(turn, { run: runs.get(turn.seq), played: played[index], session })),
    );
    const ids = { sessionId, version: version ?? undefined, tokens: usage.input_tokens + usage.output_tokens };
    deps.logger.info(ids, "session.replayed");
    return {
      ...{ session_id: session.session_id, recorded_version: session.agent_version, version, turns: compared, usage },
      diverges_at: compared.find(({ differs }) => differs.length > 0)?.turn ?? null,
      stopped: stopOf(turns, compared, played),
      model_calls: played.reduce((sum, { step }) => sum + step.asked, 0),
    };
  };

/** A turn as a step of a try: the visitor's message, its time, and the answers of other servers. */
function stepOf(turn: RecordedTurn): TestStep & { answers: ReturnType<typeof answerOf> } {
  const event = turn.trace?.event;
  const answers = (turn.trace?.calls ?? [])
    .filter(({ type }) => type === "api.call")
    .flatMap((call) => answerOf(call, turn.result?.transitions ?? [], { text: same, value: same }));
  const more = {
    ...{ answers, after_seconds: event?.seconds_in_node ?? 0 },
    ...(event?.human === undefined ? {} : { human: event.human }),
  };
  if (event?.type === "timer.fired") return { event: "timer", ...more };
  if (event?.type === "handed_back") return { event: "hand_back", answers };
  return { say: turn.content, ...more };
}

const same = <T>(value: T): T => value;

/** The recorded turns, run again by the engine from their records: the runs contain the actions of the turns. */
async function recordedRuns(
  versions: Versions,
  tenantId: string,
  { session, turns }: { session: RecordedSession; turns: RecordedTurn[] },
): Promise<Map<number, TurnRun>> {
  const runs = new Map<number, TurnRun>();
  try {
    const load = versions.load(tenantId);
    const start = await load(session.agent_id, session.agent_version);
    for await (const { turn, run } of replayTurns(session, turns, { start, load }))
      if (run !== null) runs.set(turn.seq, run);
  } catch (error) {
    // Without its version the messages and the path are still available.
    if (!(error instanceof TerminalError)) throw error;
  }
  return runs;
}

interface Both {
  run: TurnRun | undefined;
  played: PlayedStep | undefined;
  session: RecordedSession;
}

function compare(turn: RecordedTurn, { run, played, session }: Both): ComparedTurn {
  const recorded = recordedSide(turn, run, session);
  const replayed = played === undefined ? null : replayedSide(played);
  const differs: ComparedTurn["differs"] = [];
  if (replayed !== null) {
    if (played?.step.status === "waiting") differs.push("unanswered_call");
    if (!isDeepStrictEqual(recorded.nodes, replayed.nodes)) differs.push("path");
    if (!isDeepStrictEqual(recorded.messages, replayed.messages)) differs.push("reply");
    if (!isDeepStrictEqual(plain(recorded.variables), plain(replayed.variables))) differs.push("variables");
    // The actions of a turn are unknown when its records cannot be run again.
    if (run !== undefined && !isDeepStrictEqual(recorded.actions, replayed.actions)) differs.push("actions");
    if (recorded.ended !== replayed.ended) differs.push("ended");
    if (recorded.error !== replayed.error) differs.push("error");
  }
  const shown = replayed === null ? null : cutSide(replayed);
  return {
    ...{ turn: turn.seq, kind: turn.kind, input: cut(turn.content) },
    ...{ recorded: cutSide(recorded), replayed: shown, differs },
  };
}

/** As read from storage. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function recordedSide(turn: RecordedTurn, run: TurnRun | undefined, session: RecordedSession): ReplayedSide {
  const { result, kind } = turn;
  const entered = (result?.transitions ?? []).map(({ to_node }) => to_node);
  // The link's initial message is not the agent's.
  const said = (result?.messages ?? []).slice(kind === "open" && session.has_initial_message ? 1 : 0);
  return {
    nodes: result === null ? [] : [result.previous_node_id, ...entered],
    messages: said.map(({ content }) => content),
    variables: { ...result?.extracted_variables },
    actions: actionsOf(run),
    ended: result?.session_ended ?? false,
    error: turn.error_code,
  };
}

function replayedSide({ step, run }: PlayedStep): ReplayedSide {
  return {
    nodes: run?.outcome || step.status !== "failed" ? (step.trace?.nodes ?? []) : [],
    messages: step.messages.map(({ content }) => content),
    variables: { ...run?.outcome?.extracted_variables },
    actions: actionsOf(run ?? undefined),
    ended: step.ended,
    error: step.error,
  };
}

function actionsOf(run: TurnRun | undefined): string[] {
  if (run === undefined) return [];
  return [
    ...run.webhooks.map(({ url }) => `webhook: ${url}`),
    // The logs also contain memory notes (`write_…`).
    ...run.logs.map(({ text }) =>
      text === null ? "log: variables" : text.startsWith("write_") ? text : `log: ${text}`,
    ),
    ...(run.escalation === null ? [] : [`asks for a person: ${run.escalation}`]),
  ].map(cut);
}

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);
const cutSide = (side: ReplayedSide): ReplayedSide => ({ ...side, messages: side.messages.map(cut) });

/** As many of the first turns as fit into an answer. */
function bounded(turns: ComparedTurn[]): ComparedTurn[] {
  let left = MAX_BYTES;
  const end = turns.findIndex((turn) => {
    left -= Buffer.byteLength(JSON.stringify(turn));
    return left < 0;
  });
  return end < 0 ? turns : turns.slice(0, end);
}

function stopOf(
  turns: readonly RecordedTurn[],
  compared: readonly ComparedTurn[],
  played: readonly PlayedStep[],
): SessionReplay["stopped"] {
  const last = played.at(-1);
  const turn = turns[played.length - 1]?.seq ?? 0;
  if (last?.step.status === "waiting") {
    const { node, method, url } = last.step.waits_for ?? { node: last.step.node, method: "", url: "" };
    return { turn, reason: "unanswered_call", detail: cut(`${node}: ${method} ${url}`) };
  }
  if (last?.step.status === "failed" && played.length < turns.length) {
    return { turn, reason: "failed", detail: last.step.error };
  }
  if (last?.step.ended && played.length < turns.length) return { turn, reason: "ended", detail: null };
  const shown = Math.min(compared.length, played.length);
  return shown < turns.length ? { turn: turns[shown - 1]?.seq ?? 0, reason: "too_many_turns", detail: null } : null;
}
