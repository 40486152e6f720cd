import { z } from "zod";
import { storedBranding } from "../branding.js";
import { sessionStatus, visitorMessage } from "../turns.js";
import { sessionEscalation } from "./escalations.js";
import { clientMessageId, entry, messageText, metadata, participantFields } from "./fields.js";
import { identityToken } from "./host-identity.js";
import { publicPeople } from "./people.js";

const text = z.string();

export const publicSessionBody = z
  .object({
    /** What a visitor, or the page they come from, says of them. Nothing of it is believed; it is kept with the session for its owner. */
    participant: z.object({ ...participantFields, metadata: metadata.optional() }).optional(),
    /** Of the embedding site, which vouches for its visitor by it. */
    identity: identityToken.optional(),
    ...entry,
  })
  .meta({
    id: "OpenSession",
    description: "A session to open as a visitor",
    examples: [{ participant: { name: "Ada" }, consent: true }],
  });

export const publicChatBody = z
  .object({
    message: messageText,
    session_token: z.string().max(128).optional(),
    client_message_id: clientMessageId.optional(),
    /** Ids of files that were uploaded to this session. */
    files: z.array(z.uuid()).max(10).optional(),
    ...entry,
  })
  .meta({
    id: "SendPublicMessage",
    description: "A message of a visitor",
    examples: [{ message: "Where is my order?" }],
  });

export const feedbackText = z
  .string()
  .max(1000)
  .refine((given) => !given.includes("\u0000"), { message: "must not contain NUL" })
  .nullish();

/** `stopped` false = deleted was left to stop. */
export const turnStopped = z.object({ stopped: z.boolean(), turn_id: text.nullable() }).meta({
  id: "StoppedTurn",
  description: "Whether a turn was stopped",
  examples: [{ stopped: true, turn_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005.2" }],
});

/** `code`: why the browser refuses the frame; null = it does not. */
export const embedCheck = z.object({ allowed: z.boolean(), code: z.enum(["origin_not_allowed"]).nullable() }).meta({
  id: "EmbedCheck",
  description: "Whether the requesting site may show the chat of a link",
  examples: [{ allowed: false, code: "origin_not_allowed" }],
});

export const publicLink = z
  .object({
    title: text,
    description: text.nullable(),
    agent_name: text,
    branding: storedBranding,
    welcome_message: text.nullable(),
    require_email: z.boolean(),
    pin_required: z.boolean(),
    consent_text: text.nullable(),
    /** This caller has to solve a challenge before a new session. */
    proof_required: z.boolean(),
    expires_at: text.nullable(),
    availability: z.enum(["available", "full", "unavailable"]),
    sessions_left: z.int().describe("How many conversations can still begin; of one's own, `another_session` tells"),
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
    people: publicPeople.nullish().describe("Null = unknown"),
  })
  .meta({
    id: "PublicLink",
    description: "The public information about a link",
    examples: [
      {
        title: "Talk to us",
        description: null,
        agent_name: "Clinic",
        branding: {},
        welcome_message: "Hello!",
        require_email: false,
        pin_required: false,
        consent_text: null,
        proof_required: false,
        expires_at: null,
        availability: "available",
        sessions_left: 12,
        limits: {
          max_messages_per_session: 50,
          session_timeout_minutes: 30,
          max_message_length: 4000,
          rate_limit_per_minute: 15,
        },
        features: { stop: true, feedback: true, ratings: true, typing: true, escalate: true, files: false },
        introduction: null,
        starters: ["Where is my order?"],
        recipient: null,
        files: null,
        access: "open",
      },
    ],
  });

const VISITOR_SESSION_EXAMPLE = {
  session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
  status: "active",
  created_at: "2026-11-01T10:00:00.000Z",
  updated_at: "2026-11-01T10:00:00.000Z",
  ended_at: null,
  end_reason: null,
  expires_at: null,
  remaining_messages: 48,
  message_count: 2,
  handled_by: "agent",
  last_event_id: "1-7",
};

export const visitorSession = z
  .object({
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
    escalation: sessionEscalation.nullish().describe("Whether an operator has the conversation or is awaited"),
    /** The link has a session left for another conversation. */
    another_session: z.boolean().nullish(),
    /** How long the conversation may be quiet, and when that is over if deleted is said until then. */
    idle_timeout_seconds: z.int().optional(),
    idle_expires_at: text.optional(),
    last_event_id: text,
  })
  .meta({
    id: "VisitorSession",
    description: "A session as its visitor sees it",
    examples: [VISITOR_SESSION_EXAMPLE],
  });

export const sessionOpened = z
  .object({
    session_token: text.nullable(),
    session_id: text,
    expires_at: text.nullable(),
    remaining_messages: z.int().nullable(),
    session: visitorSession.partial(),
  })
  .meta({
    id: "OpenedSession",
    description: "A visitor's session, with its token when it is new",
    examples: [
      {
        session_token: null,
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        expires_at: null,
        remaining_messages: 48,
        session: VISITOR_SESSION_EXAMPLE,
      },
    ],
  });

/** What a host page keeps for a panel whose browser keeps nothing; only pages of the server itself may change it back. */
export const resumeHandle = z.object({ handle: text, expires_at: text }).meta({
  id: "ResumeHandle",
  description:
    "A visitor's session, sealed: good for a page of this server, on this link and network, until it expires",
  examples: [{ handle: "v1.5e0f3a91.9pM2u7Qw…", expires_at: "2026-05-01T09:30:00.000Z" }],
});

export const resumeBody = z.object({ handle: z.string().min(1).max(1_024) });

export const sessionResumed = z.object({ session_token: text }).meta({
  id: "ResumedSession",
  description: "The session of a handle; also stored in a cookie, if the browser accepts it",
  examples: [{ session_token: "ps_Q2xpbmljRGVz_kd93JmXq…" }],
});

export const chatAnswered = z
  .object({
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
  })
  .meta({
    id: "ChatAnswer",
    description: "The answer to a visitor's message",
    examples: [
      {
        response: "Hello! How can I help?",
        messages: [{ content: "Hello! How can I help?" }],
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        turn_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005.1",
        session_ended: false,
        finish_reason: "complete",
        message_count: 1,
        remaining_messages: 49,
        expires_at: null,
      },
    ],
  });

export const chatAccepted = z
  .object({
    turn_id: text,
    events_url: text,
    session_id: text,
    session_token: text.optional(),
    message_count: z.int(),
    remaining_messages: z.int().nullable(),
    expires_at: text.nullable(),
  })
  .meta({
    id: "AcceptedChat",
    description: "An accepted message whose reply follows by event",
    examples: [
      {
        turn_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005.2",
        events_url: "/api/public/events/pl_x",
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        message_count: 2,
        remaining_messages: 48,
        expires_at: null,
      },
    ],
  });

export const visitorHistory = z
  .object({
    data: z.array(visitorMessage),
    next_cursor: text.nullable(),
    session: visitorSession.nullable(),
  })
  .meta({
    id: "VisitorHistory",
    description: "The conversation so far",
    examples: [{ data: [], next_cursor: null, session: null }],
  });

const polledEvent = z
  .looseObject({
    id: text.describe("Cursor of the event, for `after`"),
    type: text.describe("As a stream names it: `message`, `quota`, `escalation`, `session_ended` …"),
    created_at: text.optional(),
  })
  .describe("An event as a stream sends it; its other members depend on its type");
export type PolledEvent = z.output<typeof polledEvent>;

export const polledEvents = z
  .object({
    events: z.array(polledEvent),
    cursor: text,
    status: sessionStatus,
  })
  .meta({
    id: "PolledEvents",
    description: "Events after a cursor",
    examples: [{ events: [], cursor: "1-7", status: "active" }],
  });
