import { z } from "zod";
import { attachedFile, transitionInfo } from "./turns.js";

const id = z.string();
const name = z.string().nullable();
const count = z.number().int();
const time = z.string().nullable();

const fromVisitor = z.strictObject({
  turn_id: id,
  role: z.literal("user"),
  content: z.string(),
  client_message_id: z.string().nullable(),
  files: z.array(attachedFile).optional(),
});
const fromAgent = z.strictObject({
  turn_id: id,
  role: z.literal("assistant"),
  /** Place among the messages of the turn, from 0. */
  part: count,
  content: z.string(),
  node_id: id,
  node_name: name,
});
const fromHuman = z.strictObject({
  id,
  turn_id: id,
  role: z.literal("assistant"),
  part: count,
  content: z.string(),
  sequence: count,
  author: z.literal("human"),
  author_name: name,
});

/** Closes a turn that was answered. Quota and expiry are those of the commit. */
const turnClosed = z.strictObject({
  turn_id: id,
  status: z.literal("done"),
  node_id: id,
  node_name: name,
  session_ended: z.boolean(),
  message_count: count,
  remaining_messages: count.nullable(),
  expires_at: time,
  extracted_variables: z.record(z.string(), z.unknown()),
  finish_reason: z.enum(["complete", "stopped"]),
});
export type TurnClosed = z.infer<typeof turnClosed>;

const quota = z.strictObject({
  message_count: count,
  remaining_messages: count.nullable(),
  expires_at: time,
  idle_timeout_seconds: count,
  idle_expires_at: time,
});
const escalation = z.strictObject({
  state: z.enum(["open", "assigned", "resolved"]),
  reason: z.string().nullish(),
  outcome: z.string().nullish(),
  escalation_id: id.optional(),
  /** Of a visitor who waited: the agent answers again. */
  choice: z.enum(["continue", "cancel"]).optional(),
});
const assignment = z.strictObject({
  state: z.enum(["assigned", "transferred", "released"]),
  name,
  operator: z.string().nullable(),
  escalation_id: id,
});

/**
 * The current session events by type, as written. Readers take `sessionEvent`, which is
 * open, because a newer release may write types that they do not know.
 */
export const writtenEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("message"), payload: z.union([fromVisitor, fromAgent, fromHuman]) }),
  z.object({ type: z.literal("transition"), payload: transitionInfo }),
  z.object({ type: z.literal("turn"), payload: turnClosed }),
  z.object({
    type: z.literal("error"),
    payload: z.strictObject({ turn_id: id, code: id, message_count: count, remaining_messages: count.nullable() }),
  }),
  z.object({ type: z.literal("quota"), payload: quota }),
  z.object({ type: z.literal("escalation"), payload: escalation }),
  z.object({ type: z.literal("assignment"), payload: assignment }),
  z.object({ type: z.literal("session_ended"), payload: z.strictObject({ reason: id, status: id }) }),
]);
export type WrittenEvent = z.infer<typeof writtenEvent>;
