import { z } from "zod";

/** Shapes shared by turns, history and event stream. Field names are those of the HTTP interface. */
export const transitionInfo = z.object({
  from_node: z.string(),
  from_node_name: z.string().nullable(),
  to_node: z.string(),
  to_node_name: z.string().nullable(),
  condition: z.string().nullable(),
});
export type TransitionInfo = z.infer<typeof transitionInfo>;

export const messagePart = z.object({ node_id: z.string(), node_name: z.string().nullable(), content: z.string() });
export type MessagePart = z.infer<typeof messagePart>;

export const usage = z.object({
  input_tokens: z.number().int().min(0),
  output_tokens: z.number().int().min(0),
  /** US dollars by the price table; null when the model has no listed price. */
  cost: z.number().min(0).nullable(),
});
export type Usage = z.infer<typeof usage>;

export const sessionStatus = z.enum(["active", "completed", "abandoned", "error"]);
export type SessionStatus = z.infer<typeof sessionStatus>;

/** What one committed turn answered; stored with the turn, so a repeated request gets the same bytes. */
export const turnResult = z.object({
  turn_id: z.string(),
  /** `timer`: a timeout of the workflow was over; `handed_back`: a human gave the session back. */
  kind: z.enum(["open", "message", "timer", "handed_back"]),
  response: z.string(),
  messages: z.array(messagePart),
  node_id: z.string(),
  node_name: z.string().nullable(),
  previous_node_id: z.string(),
  previous_node_name: z.string().nullable(),
  transitions: z.array(transitionInfo),
  extracted_variables: z.record(z.string(), z.unknown()).nullable(),
  session_ended: z.boolean(),
  turn_number: z.number().int(),
  latency_ms: z.number().int(),
  usage,
  /** Messages the visitor may still send; null = no limit. */
  remaining_messages: z.number().int().nullable(),
  /** `stopped`: the answer ends where the visitor stopped it; absent = complete. */
  finish_reason: z.enum(["complete", "stopped"]).optional(),
  /** `human`: a human has the session or is waited for, so the agent was silent or has fallen silent; absent = agent. */
  handled_by: z.enum(["agent", "human"]).optional(),
  /** With `human`: how it stands with them. `since` null = asked for by this turn. */
  escalation: z
    .object({
      status: z.enum(["waiting", "assigned"]),
      since: z.string().nullable(),
      assigned_name: z.string().nullable(),
      reason: z.string().nullable(),
    })
    .optional(),
});
export type TurnResult = z.infer<typeof turnResult>;

/** A turn as a reader sees it: waiting or running, done with its result, or failed with a public code. */
export const turnState = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("pending"),
    turn_id: z.string(),
    seq: z.number().int(),
    /** A runner works on it; false = it waits in line; absent = not asked. */
    running: z.boolean().optional(),
  }),
  z.object({ status: z.literal("done"), turn_id: z.string(), seq: z.number().int(), result: turnResult }),
  z.object({ status: z.literal("failed"), turn_id: z.string(), seq: z.number().int(), code: z.string() }),
]);
export type TurnState = z.infer<typeof turnState>;

/** A file that a message carries; its bytes are fetched by id. */
export const attachedFile = z.object({
  id: z.string(),
  name: z.string(),
  media_type: z.string(),
  bytes: z.number().int(),
});
export type AttachedFile = z.infer<typeof attachedFile>;

export const historyMessage = z.object({
  id: z.string(),
  /** 1..N without gaps; 0 while the message still waits for its turn. */
  sequence: z.number().int(),
  turn_id: z.string(),
  role: z.enum(["user", "assistant"]),
  content: z.string(),
  node_id: z.string().nullable(),
  node_name: z.string().nullable(),
  client_message_id: z.string().nullable(),
  status: z.enum(["pending", "done", "failed"]),
  files: z.array(attachedFile).nullish(),
  /** What the visitor thinks of this answer. */
  rating: z.enum(["up", "down"]).nullish(),
  finish_reason: z.enum(["complete", "stopped"]).nullish(),
  /** `human` = an operator said it; null = the visitor, or the agent. */
  author: z.literal("human").nullish(),
  /** How the operator is called before the visitor. */
  author_name: z.string().nullish(),
  created_at: z.string(),
});
export type HistoryMessage = z.infer<typeof historyMessage>;
/** Visitors do not learn where in the workflow a message was said. */
export const visitorMessage = historyMessage.omit({ node_id: true, node_name: true });
export type VisitorMessage = z.infer<typeof visitorMessage>;

/** Durable events of a session: the truth that every stream reader replays. `offset` grows by one, from 1. */
export const sessionEvent = z.object({
  offset: z.number().int(),
  type: z.string(),
  payload: z.record(z.string(), z.unknown()),
  created_at: z.string(),
});
export type SessionEvent = z.infer<typeof sessionEvent>;

/**
 * Live entries of a session (Redis, short-lived). A delta says where its text stands in its part, so applying it twice or
 * after a reconnect is harmless; a higher attempt (lease fence) replaces what an earlier attempt of the same turn had said.
 */
export const liveEntry = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("delta"),
    turn_id: z.string(),
    attempt: z.number().int(),
    part: z.number().int(),
    at: z.number().int(),
    text: z.string(),
  }),
  z.object({ type: z.literal("status"), turn_id: z.string(), attempt: z.number().int(), label: z.string() }),
  z.object({ type: z.literal("event"), event: sessionEvent }),
  z.object({ type: z.literal("typing"), who: z.string(), active: z.boolean() }),
  z.object({ type: z.literal("read_receipt"), message_id: z.string(), who: z.string(), at: z.string() }),
]);
export type LiveEntry = z.infer<typeof liveEntry>;
