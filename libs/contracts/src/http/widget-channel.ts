import { z } from "zod";
import { attachedFile } from "../turns.js";
import { clientMessageId, entry, messageText, metadata, participantFields, wishForHuman } from "./fields.js";
import { identityToken } from "./host-identity.js";

const text = z.string();
const iso = z.string().describe("ISO 8601, UTC, milliseconds");
const CONVERSATION = "text_tVp1tWWzDPC6Umnjx3yJeA";
const USER = "user_3f1c7a9be20d4456a1c7d2";
const TURN = "018f3a5e-7c1b-7d2e-8a4f-000000000005.2";
const AT = "2026-11-01T10:00:00.000Z";

/** Who a sender claims to be. Compared with the token that the call brings, never believed. */
const claimed = {
  sender_id: z.string().min(1).max(128).optional(),
  sender_type: z.enum(["user", "agent"]).optional(),
  /** Of the sender's own use: checked and not kept. */
  metadata: metadata.optional(),
};

export const openConversationBody = z
  .object({
    /** Token of a link. */
    link: z.string().min(1).max(256),
    /** Whom the embedding site vouches for: a JWT of its own. */
    identity: identityToken.optional(),
    /** What a visitor, or the page they come from, says of them. Nothing of it is believed. */
    participant: z.object({ ...participantFields, metadata: metadata.optional() }).optional(),
    ...entry,
  })
  .meta({
    id: "OpenConversation",
    description: "A conversation to open in a widget",
    examples: [{ link: "pl_x", participant: { name: "Ada" } }],
  });

export const conversationOpened = z
  .object({
    conversation_id: text,
    user_id: text,
    session_token: text.describe("Bearer token of every other call of the channel"),
    expires_at: iso.nullable(),
  })
  .meta({
    id: "OpenedConversation",
    description: "A conversation and its session token",
    examples: [{ conversation_id: CONVERSATION, user_id: USER, session_token: "ps_x", expires_at: null }],
  });

export const channelMessageBody = z
  .object({ content: messageText, client_message_id: clientMessageId.optional(), ...claimed })
  .meta({
    id: "SendChannelMessage",
    description: "A message of the channel, as a body and as a frame",
    examples: [{ sender_id: USER, sender_type: "user", content: "Hello support!", metadata: {} }],
  });

export const channelMessageSent = z
  .object({ status: z.enum(["sent", "duplicate"]), message_id: text, client_message_id: text.optional() })
  .meta({
    id: "SentChannelMessage",
    description: "The result of a send; `duplicate`: the message was already sent",
    examples: [{ status: "sent", message_id: TURN }],
  });

/** A message as the channel shows it, in the history and on sockets: the same id wherever it is read. */
export const channelMessage = z
  .object({
    id: text,
    sender_id: text.describe("The visitor's `user_id`, `agent`, or `operator` for a human"),
    sender_type: z.enum(["user", "agent"]),
    content: text,
    timestamp: iso,
    conversation_id: text,
    client_message_id: text.optional(),
    /** `human` = an operator said it. */
    author: z.literal("human").optional(),
    author_name: text.nullish(),
    status: z.enum(["pending", "done", "failed"]).optional(),
    files: z.array(attachedFile).optional(),
  })
  .meta({
    id: "ChannelMessage",
    description: "A message of a conversation",
    examples: [
      {
        id: TURN,
        sender_id: USER,
        sender_type: "user",
        content: "Hello!",
        timestamp: AT,
        conversation_id: CONVERSATION,
      },
    ],
  });
export type ChannelMessage = z.infer<typeof channelMessage>;

export const channelHistory = z
  .object({
    conversation_id: text,
    messages: z.array(channelMessage),
    count: z.int(),
    last_event_id: text.describe("Where a socket or stream goes on from: `?after=`"),
  })
  .meta({
    id: "ChannelHistory",
    description: "The newest messages of a conversation, oldest first",
    examples: [{ conversation_id: CONVERSATION, messages: [], count: 0, last_event_id: "1-7" }],
  });

export const channelTypingBody = z
  .object({ typing: z.boolean().default(true), sender_id: claimed.sender_id, sender_type: claimed.sender_type })
  .meta({ id: "ChannelTyping", description: "Whether the sender is typing", examples: [{ typing: true }] });

const CONTEXT_BYTES = 4_096;

export const pageContextBody = z
  .strictObject({
    /** Null forgets it. */
    data: z
      .record(z.string().max(128), z.unknown())
      .refine((given) => new TextEncoder().encode(JSON.stringify(given)).length <= CONTEXT_BYTES, {
        message: "must be at most 4 KiB as JSON",
      })
      .refine((given) => !JSON.stringify(given).includes("\\u0000"), { message: "must not contain NUL" })
      .nullable(),
  })
  .meta({
    id: "PageContext",
    description: "What the host page reports about itself and its visitor",
    examples: [{ data: { page: "/cart", items: 3 } }],
  });

export const channelEscalateBody = z.object(wishForHuman).meta({
  id: "ChannelEscalate",
  description: "A request for a human",
  examples: [{ reason: "complex_query", metadata: { user_feedback: "Need human assistance" } }],
});

const ESCALATION = {
  id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
  conversation_id: CONVERSATION,
  status: "open" as const,
  reason: "complex_query",
  assigned_name: null,
  created_at: AT,
  assigned_at: null,
  resolved_at: null,
};

/** A request for a human as its visitor sees it. */
export const channelEscalation = z
  .object({
    id: text,
    conversation_id: text,
    status: z.enum(["open", "assigned", "resolved"]),
    reason: text.nullable(),
    /** How the operator is called before the visitor. */
    assigned_name: text.nullable(),
    created_at: iso,
    assigned_at: iso.nullable(),
    resolved_at: iso.nullable(),
  })
  .meta({
    id: "ChannelEscalation",
    description: "A request for a human as its visitor sees it",
    examples: [ESCALATION],
  });
export type ChannelEscalation = z.infer<typeof channelEscalation>;

export const channelEscalated = z.object({ status: z.literal("escalated"), escalation: channelEscalation }).meta({
  id: "EscalatedChannel",
  description: "The state after requesting a human",
  examples: [{ status: "escalated", escalation: ESCALATION }],
});

export const channelEscalations = z
  .object({ conversation_id: text, escalations: z.array(channelEscalation), count: z.int() })
  .meta({
    id: "ChannelEscalations",
    description: "Requests for a human, oldest first",
    examples: [{ conversation_id: CONVERSATION, escalations: [ESCALATION], count: 1 }],
  });

export const channelStatus = z
  .object({
    conversation_id: text,
    status: z
      .enum(["open", "escalated", "assigned", "resolved"])
      .describe(
        "`escalated`: a human is asked for and nobody is there yet; `assigned`: a human has it; `resolved`: it has ended, or a human has closed it",
      ),
    session_status: z.enum(["active", "completed", "abandoned", "error"]),
    handled_by: z.enum(["agent", "human"]),
    operator_name: text.nullable(),
    waiting_since: iso.nullable(),
    expires_at: iso.nullable(),
    remaining_messages: z.int().nullable(),
  })
  .meta({
    id: "ChannelStatus",
    description: "The state of a conversation",
    examples: [
      {
        conversation_id: CONVERSATION,
        status: "open",
        session_status: "active",
        handled_by: "agent",
        operator_name: null,
        waiting_since: null,
        expires_at: null,
        remaining_messages: 48,
      },
    ],
  });

const LISTED = {
  conversation_id: CONVERSATION,
  status: "active" as const,
  created_at: AT,
  updated_at: AT,
  ended_at: null,
  message_count: 2,
};

export const visitorConversation = z
  .object({
    conversation_id: text,
    status: z.enum(["active", "completed", "abandoned", "error"]),
    created_at: iso,
    updated_at: iso,
    ended_at: iso.nullable(),
    message_count: z.int(),
  })
  .meta({
    id: "VisitorConversation",
    description: "A conversation of a visitor",
    examples: [LISTED],
  });

export const userConversations = z
  .object({ user_id: text, conversations: z.array(visitorConversation), count: z.int() })
  .meta({
    id: "UserConversations",
    description: "A visitor's conversations on a link, newest first",
    examples: [{ user_id: USER, conversations: [LISTED], count: 1 }],
  });

/** What a client sends on a socket; without a type it is a message. */
export const channelFrame = z.discriminatedUnion("type", [
  channelMessageBody.extend({ type: z.literal("message") }),
  channelTypingBody.extend({ type: z.literal("typing") }),
  z.object({ type: z.literal("read"), message_id: z.string().min(1).max(128) }),
  z.object({ type: z.literal("ping") }),
]);

export const channelTicket = z
  .object({
    ticket: text,
    expires_in_seconds: z.int(),
    conversation_id: text,
    user_id: text,
    path: text.describe("Path and query of the socket; add `&after=` to resume"),
  })
  .meta({
    id: "ChannelTicket",
    description: "A ticket that opens one socket, once",
    examples: [
      {
        ticket: "v1.x",
        expires_in_seconds: 60,
        conversation_id: CONVERSATION,
        user_id: USER,
        path: `/ws/chat/${CONVERSATION}/${USER}?ticket=v1.x`,
      },
    ],
  });
