import { z } from "zod";
import { freeObject } from "../free-object.js";
import { historyMessage, messagePart, sessionStatus, transitionInfo, usage } from "../turns.js";
import { sessionEscalation } from "./escalations.js";
import { clientMessageId, messageText, metadata, participantFields, shownParticipant } from "./fields.js";
import { problem } from "./problem.js";

const text = z.string();
const iso = z.string().describe("ISO 8601, UTC, milliseconds");

export const createSessionBody = z
  .strictObject({
    tenant_id: z.uuid(),
    /** Its id or its slug. */
    agent_id: z.string().min(1).max(255),
    version: z.number().int().min(1).max(2_147_483_647).optional(),
    metadata: metadata.optional(),
    /** A trusted backend vouches for this person; a known e-mail switches per-person memory on. */
    participant: z.strictObject(participantFields).optional(),
  })
  .meta({
    id: "CreateSession",
    description: "A session to open",
    examples: [{ tenant_id: "018f3a5e-7c1b-7d2e-8a4f-000000000001", agent_id: "clinic" }],
  });

export const sendMessageBody = z
  .strictObject({ content: messageText, client_message_id: clientMessageId.optional() })
  .meta({
    id: "SendMessage",
    description: "A message to send",
    examples: [{ content: "Where is my order?", client_message_id: "m-1" }],
  });

export const sessionCreated = z
  .object({
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
  })
  .meta({
    id: "CreatedSession",
    description: "An opened session with the agent's first messages",
    examples: [
      {
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        conversation_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
        status: "active",
        node_id: "triage",
        node_name: "Triage",
        initial_node_id: "triage",
        initial_node_name: "Triage",
        transitions: [],
        agent_config_version: 3,
        is_active_version: true,
        initial_message: "Hello!",
        created_at: "2026-11-01T10:00:00.000Z",
        messages: [{ node_id: "triage", node_name: "Triage", content: "Hello!" }],
        turn_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005.1",
        usage: { input_tokens: 420, output_tokens: 60, cost: 0.0002 },
        expires_at: null,
      },
    ],
  });

export const turnAnswered = z
  .object({
    response: text,
    node_id: text,
    node_name: text.nullable(),
    previous_node_id: text,
    previous_node_name: text.nullable(),
    transitions: z.array(transitionInfo),
    transition: transitionInfo.nullable(),
    extracted_variables: freeObject.describe("Variables set by the turn, by name").nullable(),
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
    escalation: sessionEscalation
      .omit({ id: true, answer_by_mail: true })
      .optional()
      .describe(
        "With `human`: whether somebody has it or is waited for; a wish while the agent answers is in the session",
      ),
  })
  .meta({
    id: "TurnAnswer",
    description: "The answer to a message",
    examples: [
      {
        response: "Your order leaves tomorrow.",
        node_id: "orders",
        node_name: "Orders",
        previous_node_id: "triage",
        previous_node_name: "Triage",
        transitions: [],
        transition: null,
        extracted_variables: null,
        session_ended: false,
        turn_number: 2,
        latency_ms: 840,
        messages: [{ node_id: "orders", node_name: "Orders", content: "Your order leaves tomorrow." }],
        turn_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005.2",
        usage: { input_tokens: 420, output_tokens: 60, cost: 0.0002 },
        remaining_messages: 48,
        finish_reason: "complete",
        handled_by: "agent",
      },
    ],
  });

export const turnAccepted = z
  .object({
    turn_id: text,
    events_url: text,
    /** Where what became of the turn can be asked for; absent for visitors, who have their stream and poll. */
    status_url: text.optional(),
    session_id: text,
  })
  .meta({
    id: "AcceptedTurn",
    description: "An accepted message whose answer follows later",
    examples: [
      {
        turn_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005.2",
        events_url: "/api/chat/sessions/text_tVp1tWWzDPC6Umnjx3yJeA/events",
        status_url: "/api/chat/sessions/text_tVp1tWWzDPC6Umnjx3yJeA/turns/018f3a5e-7c1b-7d2e-8a4f-000000000005.2",
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
      },
    ],
  });

/** The answer's members are there once the turn is over and has one; a stopped turn may have none. */
export const turnResource = turnAnswered
  .partial()
  .extend({
    turn_id: text,
    session_id: text,
    status: z.enum(["queued", "running", "completed", "failed", "stopped"]),
    error: problem.optional(),
  })
  .meta({
    id: "Turn",
    description: "A turn: its status, and its answer when it is completed",
    examples: [
      {
        turn_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005.2",
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        status: "running",
      },
    ],
  });

export const sessionFeedback = z
  .object({
    rating: z.number().int(),
    text: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({
    id: "SessionFeedback",
    description: "A visitor's rating of a session",
    examples: [
      { rating: 5, text: null, created_at: "2026-11-01T10:00:00.000Z", updated_at: "2026-11-01T10:00:00.000Z" },
    ],
  });

export const SESSION_EXAMPLE = {
  session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
  conversation_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
  status: "active",
  node_id: "triage",
  node_name: "Triage",
  turns: 2,
  transition_count: 1,
  collected_data: { first_name: "Ada" },
  created_at: "2026-11-01T10:00:00.000Z",
  updated_at: "2026-11-01T10:00:00.000Z",
  ended_at: null,
  end_reason: null,
  expires_at: null,
  remaining_messages: 48,
  message_count: 2,
  agent_config_version: 3,
  metadata: {},
  tenant_id: "018f3a5e-7c1b-7d2e-8a4f-000000000001",
  agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
  link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
  last_event_id: "1-7",
  handled_by: "agent",
};

export const sessionResource = z
  .object({
    session_id: text,
    conversation_id: z.uuid(),
    status: sessionStatus,
    node_id: text,
    node_name: text.nullable(),
    turns: z.int().min(0),
    transition_count: z.int().min(0),
    collected_data: freeObject.describe("The variables of the workflow, by name"),
    created_at: iso,
    updated_at: iso,
    ended_at: iso.nullable(),
    end_reason: text.nullable(),
    expires_at: iso.nullable(),
    remaining_messages: z.int().nullable(),
    message_count: z.int().min(0),
    agent_config_version: z.int().min(1),
    metadata: freeObject,
    tenant_id: z.uuid(),
    agent_id: z.uuid(),
    link_id: z.uuid().nullable(),
    last_event_id: text,
    feedback: sessionFeedback.nullish(),
    handled_by: z.enum(["agent", "human"]).optional(),
    operator_name: text.nullish(),
    /** Since when the visitor waits for a person whom nobody is yet; null = they wait for none. */
    waiting_since: iso.nullish(),
    escalation: sessionEscalation.nullish().describe("Null = no human was requested, or the escalation is resolved"),
    participant: shownParticipant.optional(),
    /** Their address was confirmed, or a backend vouches for it. */
    participant_verified: z.boolean().optional(),
    /** When its content was removed, and what its turns had used; null while it is there. */
    purged_at: iso.nullish(),
    usage: z
      .object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0), cost: z.number().nullable() })
      .nullish(),
  })
  .meta({
    id: "Session",
    description: "A session as backends and owners see it",
    examples: [SESSION_EXAMPLE],
  });

export const sessionClosed = z
  .object({
    success: z.literal(true),
    conversation_id: z.uuid(),
    final_node_id: text,
    final_node_name: text.nullable(),
    total_turns: z.int().min(0),
    total_transitions: z.int().min(0),
  })
  .meta({
    id: "ClosedSession",
    description: "An ended session",
    examples: [
      {
        success: true,
        conversation_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
        final_node_id: "orders",
        final_node_name: "Orders",
        total_turns: 2,
        total_transitions: 1,
      },
    ],
  });

export const historyPage = z.object({ data: z.array(historyMessage), next_cursor: text.nullable() }).meta({
  id: "HistoryPage",
  description: "Messages of a session, oldest first",
  examples: [{ data: [], next_cursor: null }],
});
