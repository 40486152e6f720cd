import {
  type EscalationSettings,
  type HistorySummaryRecord,
  joinParts,
  type TurnResult,
  turnIdOf,
} from "@parley/contracts";
import { currentTraceparent } from "@parley/observability";
import { memoryAddressAad, type Secrets, subjectOf } from "@parley/secrets";
import type { HistoryItem, TurnRun } from "@parley/turns";
import type { EngineState } from "@parley/workflow";
import type { AnsweredTurn, AskedEscalation, CommitItem } from "./repository/commit-item.js";
import type { AcquiredSession, PendingTurn } from "./repository/turns.js";
import { countedOn, type MadeSummary } from "./summarise-history.js";
import { historyOf, userMessageOf } from "./turn-event.js";

interface Settled {
  item: CommitItem;
  result: TurnResult | null;
  /** What the engine starts the next turn with; null = as before this one. */
  state: EngineState | null;
  /** What the model will see of this turn from now on. */
  history: HistoryItem[];
}

interface Context {
  tenantId: string;
  secrets: Secrets;
  session: AcquiredSession;
  turn: PendingTurn;
  leaseMs: number;
  /** Messages still open for the visitor after this turn; null = no limit. */
  remainingMessages: number | null;
  /** From the document that answered: when a human is requested, and who answers meanwhile. */
  escalation: EscalationSettings | undefined;
  /** The session has a timeout set, so a turn without one must clear it. */
  hasTimer: boolean;
  /** A summary to commit with the turn. */
  summary: MadeSummary | null;
}

/** Converts the engine's result into the row that commits it and the answer that readers get. */
export function settleTurn(run: TurnRun, context: Context): Settled {
  const { session, turn } = context;
  const asked = askedFor(run, context);
  const user = userMessageOf(turn);
  const hasWebhooks = run.outcome !== null && !run.stopped && run.webhooks.length > 0;
  const base = {
    tenant_id: context.tenantId,
    conversation_id: session.conversation_id,
    fence: session.fence,
    seq: turn.seq,
    kind: turn.kind,
    lease_ms: context.leaseMs,
    dead: null,
    user,
    trace: JSON.stringify({
      event: run.event,
      // Deliveries caused by this turn are sent within its trace.
      traceparent: currentTraceparent(),
      calls: run.calls,
      warnings: run.warnings,
      logs: run.logs,
      // The commit takes its deliveries from here, so that they are sent exactly when the turn counts.
      ...(hasWebhooks ? { webhooks: run.webhooks } : {}),
      ...(run.outcome !== null && context.summary !== null ? { history_summary: recorded(context.summary) } : {}),
      // Which node set each variable: a turn may pass several.
      ...(Object.keys(run.variables).length > 0 ? { variable_nodes: run.variableNodes } : {}),
    }),
  };
  const { outcome } = run;
  if (!outcome) return { item: { ...base, failed: run.failed ?? "internal" }, result: null, state: null, history: [] };

  const messages = spokenParts(run, context);
  const said = messages.map(
    (part): HistoryItem => ({ role: "assistant", content: part.content, node_id: part.node_id }),
  );
  const history = [...historyOf(turn), ...said];
  const state = countedOn(run.state, history.length);
  const result: TurnResult = {
    turn_id: turnIdOf(session.conversation_id, turn.seq),
    kind: turn.kind,
    response: joinParts(messages.map(({ content }) => content)),
    messages,
    node_id: outcome.node_id,
    node_name: outcome.node_name,
    previous_node_id: outcome.previous_node_id,
    previous_node_name: outcome.previous_node_name,
    transitions: outcome.transitions,
    extracted_variables: outcome.extracted_variables,
    session_ended: outcome.session_ended,
    turn_number: outcome.turn_number,
    latency_ms: run.latencyMs,
    usage: run.usage,
    remaining_messages: context.remainingMessages,
    ...(run.stopped ? { finish_reason: "stopped" as const } : {}),
    ...(run.state.escalated === null ? {} : handledByHuman(run, session)),
  };
  const item: CommitItem = {
    ...base,
    failed: null,
    state,
    node_id: outcome.node_id,
    node_name: outcome.node_name,
    // A transition back into the same node counts as entering it again.
    node_changed: outcome.transitions.length > 0,
    ended: outcome.session_ended,
    turn_number: outcome.turn_number,
    messages,
    transitions: outcome.transitions,
    notices: asked === null ? [] : [{ type: "escalation", payload: { state: "open", reason: asked.reason } }],
    ...(asked && { escalation: asked }),
    ...notedOf(run, context),
    ...(run.timeout === null && !context.hasTimer ? {} : { timer_seconds: run.timeout }),
    variables: run.variables,
    has_webhooks: hasWebhooks,
    finish_reason: run.stopped ? "stopped" : "complete",
    result: JSON.stringify(result),
  };
  return { item, result, state, history };
}

const recorded = ({ text, covers, model, usage, latencyMs }: MadeSummary): HistorySummaryRecord => ({
  ...{ text, covers, model, usage, latency_ms: latencyMs },
});

/** What the turn wants remembered about its person; nothing unless the person's address is confirmed. */
function notedOf(run: TurnRun, { session, tenantId, secrets }: Context): Pick<AnsweredTurn, "memory"> {
  const { email } = session.participant;
  if (run.stopped || run.memoryNotes.length === 0 || !session.participant_verified || email === undefined) return {};
  const { hash, email: address } = subjectOf(secrets, tenantId, email);
  const at = { agentId: session.agent_id, subjectHash: hash };
  const address_sealed = secrets.seal(address, memoryAddressAad(tenantId, at));
  return { memory: { agent_id: at.agentId, subject: hash, address_sealed, notes: run.memoryNotes } };
}

/** Whether this turn requests a human: its workflow does, the visitor sounds upset, or it was the session's last allowed turn. */
function askedFor(run: TurnRun, { escalation, remainingMessages, turn }: Context): AskedEscalation | null {
  const silent = escalation?.while_waiting !== "answer";
  if (run.escalation !== null) return { reason: run.escalation, source: "workflow", silent };
  const goesOn = turn.kind === "message" && run.outcome?.session_ended === false && run.state.escalated === null;
  if (!goesOn || escalation === undefined) return null;
  const asked = { reason: null, silent: escalation.while_waiting === "silent" };
  if (run.isUpset) return { ...asked, source: "sentiment" };
  return escalation.on_limit === true && remainingMessages === 0 ? { ...asked, source: "limits" } : null;
}

/** Who is awaited or handles the session; a message before a hand-back was written to an operator who has since left. */
function handledByHuman(run: TurnRun, { escalation }: AcquiredSession): Pick<TurnResult, "handled_by" | "escalation"> {
  const asked = { status: "waiting" as const, since: null, assigned_name: null, reason: run.escalation };
  const told = escalation ?? (run.escalation === null ? null : asked);
  return { handled_by: "human", ...(told && { escalation: told }) };
}

/** A link may have its own first message; it comes before the workflow's opening messages. */
function spokenParts(run: TurnRun, { session, turn }: Context): TurnResult["messages"] {
  const parts = run.outcome?.messages ?? [];
  const first = session.link_policy.initial_message;
  if (turn.kind !== "open" || !first || !run.outcome) return parts;
  return [
    { node_id: run.outcome.previous_node_id, node_name: run.outcome.previous_node_name, content: first },
    ...parts,
  ];
}
