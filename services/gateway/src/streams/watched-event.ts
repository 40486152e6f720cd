import type { SessionEvent, SessionView, Usage } from "@parley/contracts";
import { type WireEvent, wireSession } from "./audience.js";

/** A durable event as an owner sees it: all except the conditions of the workflow, which are for its author (the trace has them). */
export function watchedEvent({ type, payload, created_at }: SessionEvent): WireEvent {
  const { transitions, ...rest } = payload;
  const moves = Array.isArray(transitions) ? { transitions: transitions.map(withoutCondition) } : {};
  return {
    event: type,
    data: { type, ...(type === "transition" ? withoutCondition(rest) : rest), ...moves, created_at },
  };
}

function withoutCondition(move: object): object {
  const { condition: _condition, ...told }: { condition?: unknown } = { ...move };
  return told;
}

/** The state of a watched session: what a page shows before the first event. */
export function watchedState(session: SessionView, totals: Usage): Record<string, unknown> {
  const { collected_data: variables, turns: turn_number, ...rest } = wireSession(session, "api");
  const { metadata: _metadata, feedback: _feedback, ...state } = rest;
  return { ...state, turn_number, variables, totals };
}
