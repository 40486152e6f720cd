import type { TurnResult } from "@parley/contracts";

/** The answer to a message, with the names and types of the text chat API reference; additional members follow. */
export function turnAnswer(result: TurnResult): Record<string, unknown> {
  return {
    response: result.response,
    node_id: result.node_id,
    node_name: result.node_name,
    previous_node_id: result.previous_node_id,
    previous_node_name: result.previous_node_name,
    transitions: result.transitions,
    transition: result.transitions.at(-1) ?? null,
    extracted_variables: result.extracted_variables,
    session_ended: result.session_ended,
    turn_number: result.turn_number,
    latency_ms: result.latency_ms,
    messages: result.messages,
    turn_id: result.turn_id,
    usage: result.usage,
    remaining_messages: result.remaining_messages,
    finish_reason: result.finish_reason ?? "complete",
    handled_by: result.handled_by ?? "agent",
    ...(result.escalation && { escalation: result.escalation }),
  };
}
