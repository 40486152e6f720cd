import type { Usage } from "@parley/contracts";
import { logLevelFor } from "@parley/db";
import { type Model, priceOf } from "@parley/llm";
import type { Logger } from "@parley/observability";
import { asEarlier, type Definition, earlierPrompt, type HistoryItem } from "@parley/turns";
import type { EngineState } from "@parley/workflow";

/** Smaller windows are deliberately small. */
const MIN_WINDOW = 8;
/** Messages before the window is full at which a summary begins, because it is ready a turn later. */
const AHEAD = 4;
/** Turns come first. */
const AT_ONCE = 4;
const DEADLINE_MS = 60_000;
/** Maximum summaries kept for sessions whose next message has not arrived yet. */
const KEPT = 1_000;

/** A summary that no commit has written yet. */
export interface MadeSummary {
  /** The summary that it continues; null = none. */
  base: string | null;
  text: string;
  /** Number of messages that it covers in addition to its base. */
  covers: number;
  model: string;
  usage: Usage;
  latencyMs: number;
}

interface Session {
  id: string;
  definition: Definition;
  state: EngineState | null;
  history: readonly HistoryItem[];
}

export type HistorySummaries = ReturnType<typeof createHistorySummaries>;

/**
 * After the reply, summarises what the model will soon no longer see of a session, where its document asks for that. A summary waits in
 * memory for the commit of the next turn, which writes it with the engine's state: so it counts exactly once, behind the fence, and needs
 * no extra statement. A crash loses it, and the runner of the next turn makes another. A summary that is never used, because the session
 * ended or continued elsewhere, is dropped.
 */
export function createHistorySummaries(deps: { model: Model; logger: Logger; mostMessages: number }) {
  const made = new Map<string, MadeSummary>();
  const making = new Set<string>();
  const stopping = new AbortController();

  const make = async ({ id, definition, state, history }: Session): Promise<void> => {
    const base = state?.earlier?.text ?? null;
    const covers = sinceOf(state, history);
    const { extractionModel: wanted } = definition.workflow;
    const settings = {
      ...(wanted.model_name === null ? {} : { model_name: wanted.model_name }),
      ...(wanted.provider_id === null ? {} : { provider_id: wanted.provider_id }),
      ...(wanted.service_tier === null ? {} : { service_tier: wanted.service_tier }),
      ...{ temperature: 0, max_tokens: 0 },
    };
    const messages = history.slice(-covers);
    const request = earlierPrompt({ agentName: definition.agentName, summary: base, messages, settings });
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DEADLINE_MS)]);
    const { text, usage, model, latencyMs } = await deps.model.reply(request, { signal });
    const summary = asEarlier(text);
    if (summary === "") throw new Error("the model gave an empty summary");
    const cost = deps.model.prices ? deps.model.prices.costOf(model, usage) : priceOf(model, usage);
    const used = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens, cost };
    if (!making.has(id)) return;
    made.set(id, { base, text: summary, covers, model, usage: used, latencyMs: Math.round(latencyMs) });
    const [oldest] = made.keys();
    if (made.size > KEPT && oldest !== undefined) made.delete(oldest);
  };

  return {
    /** The summary to commit with the next turn of a session; null = none, or another runner has written one meanwhile. */
    ready(id: string, state: EngineState | null): MadeSummary | null {
      const found = made.get(id);
      if (found === undefined) return null;
      if (found.base === (state?.earlier?.text ?? null)) return found;
      made.delete(id);
      return null;
    },
    /** The summary is committed. */
    written: (id: string): void => void made.delete(id),
    /** Begins a summary when the session needs one; returns at once. */
    begin(session: Session): void {
      if (session.state?.ended === true) {
        made.delete(session.id);
        making.delete(session.id);
      }
      if (making.has(session.id) || made.has(session.id) || making.size >= AT_ONCE) return;
      if (!isDue(session, deps.mostMessages)) return;
      making.add(session.id);
      make(session)
        .catch((error: unknown) =>
          deps.logger[logLevelFor(error)]({ err: error, sessionId: session.id }, "history.summary_deferred"),
        )
        .finally(() => making.delete(session.id));
    },
    stop: (): void => stopping.abort(new Error("the runner stops")),
  };
}

/** Number of messages that no summary covers. */
const sinceOf = (state: EngineState | null, history: readonly HistoryItem[]): number =>
  state?.earlier?.since ?? history.length;

function isDue({ definition, state, history }: Session, most: number): boolean {
  const { document, historyWindow } = definition.workflow;
  if (document.workflow.history_summary !== true || state === null || state.ended) return false;
  // After a transfer without context the agent must not know anything from before.
  if (state.ownMessages !== undefined) return false;
  const window = Math.min(historyWindow > 0 ? historyWindow : most, most);
  return window >= MIN_WINDOW && sinceOf(state, history) >= Math.max(MIN_WINDOW, window - AHEAD);
}

/** The state that a turn starts with when it commits a summary. */
export const withSummary = (
  state: EngineState | null,
  found: MadeSummary | null,
  history: readonly HistoryItem[],
): EngineState | null =>
  state === null || found === null
    ? state
    : { ...state, earlier: { text: found.text, since: Math.max(0, sinceOf(state, history) - found.covers) } };

/** The state that a turn leaves, with its own messages counted. */
export const countedOn = (state: EngineState, messages: number): EngineState =>
  state.earlier === undefined
    ? state
    : { ...state, earlier: { ...state.earlier, since: state.earlier.since + messages } };
