import { historyMessage, messagePart, sessionFeedback, sessionStatus, transitionInfo, usage } from "@parley/contracts";
import { z } from "zod";
import { problemSchema, queryInteger } from "../../schemas.js";

/** The cursor of a trace is the last turn that was read. */
export const traceQuery = z.object({
  limit: queryInteger(1, 200).default(50),
  cursor: queryInteger(0, 2_147_483_647).default(0),
});
export const sessionParams = z.object({ id: z.string().min(1).max(128) });
const text = z.string();
const iso = z.string().describe("ISO 8601, UTC, milliseconds");

export const sessionCreated = z.object({
  session_id: text,
  conversation_id: z.uuid(),
  status: z.literal("active"),
  node_id: text,
  node_name: text.nullable(),
  initial_node_id: text,
  initial_node_name: text.nullable(),
  transitions: z.array(transitionInfo),
  agent_config_version: z.int().min(1),
  is_active_version: z.boolean(),
  initial_message: text.nullable(),
  created_at: iso,
  messages: z.array(messagePart),
  turn_id: text,
  usage,
  expires_at: iso.nullable(),
});

export const turnAnswered = z.object({
  response: text,
  node_id: text,
  node_name: text.nullable(),
  previous_node_id: text,
  previous_node_name: text.nullable(),
  transitions: z.array(transitionInfo),
  transition: transitionInfo.nullable(),
  extracted_variables: z.record(z.string(), z.unknown()).nullable(),
  session_ended: z.boolean(),
  turn_number: z.int().min(0),
  latency_ms: z.int().min(0),
  messages: z.array(messagePart),
  turn_id: text,
  usage,
  remaining_messages: z.int().nullable(),
  finish_reason: z.enum(["complete", "stopped"]),
  handled_by: z
    .enum(["agent", "human"])
    .describe("`human`: a human has the session or is waited for; the agent is silent"),
});

export const turnAccepted = z.object({
  turn_id: text,
  events_url: text,
  /** Where what became of the turn can be asked for; absent for visitors, who have their stream and poll. */
  status_url: text.optional(),
  session_id: text,
});

/** The answer's members are there once the turn is over and has one; a stopped turn may have none. */
export const turnShown = turnAnswered.partial().extend({
  turn_id: text,
  session_id: text,
  status: z.enum(["queued", "running", "completed", "failed", "stopped"]),
  error: problemSchema.optional(),
});

export const sessionShown = z.object({
  session_id: text,
  conversation_id: z.uuid(),
  status: sessionStatus,
  node_id: text,
  node_name: text.nullable(),
  turns: z.int().min(0),
  transition_count: z.int().min(0),
  collected_data: z.record(z.string(), z.unknown()),
  created_at: iso,
  updated_at: iso,
  ended_at: iso.nullable(),
  end_reason: text.nullable(),
  expires_at: iso.nullable(),
  remaining_messages: z.int().nullable(),
  message_count: z.int().min(0),
  agent_config_version: z.int().min(1),
  metadata: z.record(z.string(), z.unknown()),
  tenant_id: z.uuid(),
  agent_id: z.uuid(),
  link_id: z.uuid().nullable(),
  last_event_id: text,
  feedback: sessionFeedback.nullish(),
  handled_by: z.enum(["agent", "human"]).optional(),
  operator_name: text.nullish(),
  /** Since when the visitor waits for a person whom nobody is yet; null = they wait for none. */
  waiting_since: iso.nullish(),
  /** With whom, as they or their page said. */
  participant: z.record(z.string(), z.unknown()).optional(),
  /** Their address was confirmed, or a backend vouches for it. */
  participant_verified: z.boolean().optional(),
  /** When its content was removed, and what its turns had used; null while it is there. */
  purged_at: iso.nullish(),
  usage: z
    .object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0), cost: z.number().nullable() })
    .nullish(),
});

export const sessionClosed = z.object({
  success: z.literal(true),
  conversation_id: z.uuid(),
  final_node_id: text,
  final_node_name: text.nullable(),
  total_turns: z.int().min(0),
  total_transitions: z.int().min(0),
});

export const historyPage = z.object({ data: z.array(historyMessage), next_cursor: text.nullable() });
