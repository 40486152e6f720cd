import { sessionStatus } from "@parley/contracts";
import { z } from "zod";

export const tokenParams = z.object({ token: z.string().max(256) });
const text = z.string();
export const feedbackText = z
  .string()
  .max(1000)
  .refine((given) => !given.includes("\u0000"), { message: "must not contain NUL" })
  .nullish();

/** `stopped` false = nothing was left to stop. */
export const turnStopped = z.object({ stopped: z.boolean(), turn_id: text.nullable() });

export const linkShown = z.object({
  title: text,
  description: text.nullable(),
  agent_name: text,
  branding: z.record(z.string(), z.unknown()),
  welcome_message: text.nullable(),
  require_email: z.boolean(),
  pin_required: z.boolean(),
  consent_text: text.nullable(),
  /** This caller has to solve a challenge before a new session. */
  proof_required: z.boolean(),
  expires_at: text.nullable(),
  availability: z.enum(["available", "full", "unavailable"]),
  limits: z.object({
    max_messages_per_session: z.int(),
    session_timeout_minutes: z.int(),
    max_message_length: z.int(),
    rate_limit_per_minute: z.int(),
  }),
  features: z.object({
    stop: z.boolean(),
    feedback: z.boolean(),
    ratings: z.boolean(),
    typing: z.boolean(),
    escalate: z.boolean(),
    files: z.boolean(),
  }),
  introduction: text.nullable(),
  starters: z.array(text),
  recipient: z.object({ name: text }).nullable(),
  files: z.object({ types: z.array(text), max_bytes: z.int(), max_count: z.int() }).nullable(),
  access: z.enum(["open", "any_verified", "approval"]),
});

export const visitorSession = z.object({
  session_id: text,
  status: sessionStatus,
  created_at: text,
  updated_at: text,
  ended_at: text.nullable(),
  end_reason: text.nullable(),
  expires_at: text.nullable(),
  remaining_messages: z.int().nullable(),
  message_count: z.int(),
  handled_by: z.enum(["agent", "human"]).optional(),
  operator_name: text.nullish(),
  /** Since when a person is asked for whom nobody is yet; null = none is. */
  waiting_since: text.nullish(),
  /** The link has a session left for another conversation. */
  another_session: z.boolean().nullish(),
  /** How long the conversation may be quiet, and when that is over if nothing is said until then. */
  idle_timeout_seconds: z.int().optional(),
  idle_expires_at: text.optional(),
  last_event_id: text,
});

export const sessionOpened = z.object({
  session_token: text.nullable(),
  session_id: text,
  expires_at: text.nullable(),
  remaining_messages: z.int().nullable(),
  session: visitorSession.partial(),
});

export const chatAnswered = z.object({
  response: text,
  messages: z.array(z.object({ content: text })),
  session_id: text,
  session_token: text.optional(),
  turn_id: text,
  session_ended: z.boolean(),
  finish_reason: z.enum(["complete", "stopped"]),
  message_count: z.int(),
  remaining_messages: z.int().nullable(),
  expires_at: text.nullable(),
});

export const chatAccepted = z.object({
  turn_id: text,
  events_url: text,
  session_id: text,
  session_token: text.optional(),
  message_count: z.int(),
  remaining_messages: z.int().nullable(),
  expires_at: text.nullable(),
});

export const visitorHistory = z.object({
  data: z.array(z.record(z.string(), z.unknown())),
  next_cursor: text.nullable(),
  session: visitorSession.nullable(),
});

export const polledEvents = z.object({
  events: z.array(z.record(z.string(), z.unknown())),
  cursor: text,
  status: sessionStatus,
});
