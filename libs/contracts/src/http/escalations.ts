import { z } from "zod";
import { freeObject } from "../free-object.js";
import { participant } from "../messages/callers.js";
import { sessionStatus } from "../turns.js";
import { hasNoNul } from "./notes.js";

const uuid = z.uuid();
const iso = z.string();

const operatorName = z.string().trim().min(1).max(200);

/** How the visitor is told who speaks; absent = as before, or nobody by name. */
const name = operatorName.optional();

/** Who acts. Only a signed backend may name somebody; a token acts for itself. */
const operator = operatorName.optional();

const summary = z.string().max(4000).refine(hasNoNul, { message: "must not contain NUL" }).nullish();

export const assignBody = z
  .strictObject({ operator, name })
  .default({})
  .meta({
    id: "AssignEscalation",
    description: "The assignee of an escalation; absent = the caller",
    examples: [{ name: "Grace" }],
  });

export const transferBody = z.strictObject({ operator: operatorName, name }).meta({
  id: "TransferEscalation",
  description: "The new assignee of an escalation",
  examples: [{ operator: "grace", name: "Grace" }],
});

export const replyBody = z
  .strictObject({
    message: z
      .string()
      .max(40_000)
      .transform((text) => text.normalize("NFC"))
      .refine((text) => text.trim() !== "", { message: "must not be blank" })
      .refine((text) => [...text].length <= 10_000, { message: "must have at most 10,000 characters" })
      .refine(hasNoNul, { message: "must not contain NUL" }),
    /** Ids of `POST /api/sessions/{id}/files`, each sent once. */
    files: z
      .array(z.uuid())
      .max(10)
      .refine((ids) => new Set(ids).size === ids.length, { message: "must name each file once" })
      .optional(),
    operator,
    name,
  })
  .meta({
    id: "ReplyToVisitor",
    description: "A message of the operator",
    examples: [{ message: "I am looking into it." }],
  });

export const handBackBody = z
  .strictObject({ operator, summary })
  .default({})
  .meta({
    id: "HandBack",
    description: "Summary for the agent when it resumes",
    examples: [{ summary: "Refund sent" }],
  });

export const typingBody = z
  .strictObject({ typing: z.boolean(), operator })
  .meta({ id: "OperatorTyping", description: "Whether the operator is typing", examples: [{ typing: true }] });

export const resolveBody = z
  .strictObject({ operator, summary, end_session: z.boolean().default(false) })
  .default({ end_session: false })
  .meta({
    id: "ResolveEscalation",
    description: "How an escalation is closed",
    examples: [{ summary: "Refund sent", end_session: true }],
  });

export const escalationStatus = z.enum(["open", "assigned", "resolved"]);

export const escalationSource = z.enum([
  "visitor",
  "api",
  "workflow",
  "failed_turns",
  "sentiment",
  "limits",
  "operator",
]);

/** `cancelled`: by the visitor. */
export const escalationOutcome = z.enum(["resolved", "handed_back", "session_ended", "cancelled"]);

/** The notices sent to operators, and answers sent by mail. */
export const escalationNotice = z.object({
  kind: z.enum(["mail", "chat", "answer"]),
  target: z.string().describe("Masked"),
  status: z.enum(["pending", "sent", "failed", "cancelled"]),
  attempts: z.int().min(0),
  outcome: z.string().nullable().describe("Why the newest attempt failed"),
  created_at: iso,
  ended_at: iso.nullable(),
});

const lastMessage = z.object({
  role: z.enum(["user", "assistant"]),
  author: z.literal("human").nullable(),
  content: z.string().describe("The first 280 characters"),
  created_at: iso,
});

/** Whether somebody has a session or is waited for. */
export const sessionEscalation = z
  .object({
    id: uuid,
    status: z.enum(["waiting", "assigned"]).describe("`waiting`: nobody has taken it yet"),
    since: iso.nullable().describe("Since when it has been waiting or assigned; null = since the turn that reports it"),
    assigned_name: z.string().nullable().describe("Name of the assignee shown to the visitor"),
    reason: z.string().nullable(),
    answer_by_mail: z.boolean().optional().describe("The visitor has left an address for the answer"),
  })
  .meta({
    id: "SessionEscalation",
    description: "Whether a human has a session or is awaited",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        status: "waiting",
        since: "2026-11-01T10:00:00.000Z",
        assigned_name: null,
        reason: "refund",
      },
    ],
  });

export const takeOverBody = z
  .strictObject({ operator, name, reason: z.string().trim().min(1).max(1000).refine(hasNoNul).optional() })
  .default({})
  .meta({
    id: "TakeOverSession",
    description: "Who takes over a session, waiting or not; absent = the caller",
    examples: [{ name: "Grace", reason: "The agent is going in circles" }],
  });

export const escalationCounts = z
  .object({
    waiting: z.int().min(0).describe("Unassigned escalations"),
    mine: z.int().min(0).describe("Escalations assigned to the caller"),
    assigned: z.int().min(0).describe("Assigned escalations, including the caller's"),
    oldest: iso.nullable().describe("Since when the longest-waiting one has waited"),
  })
  .meta({
    id: "EscalationCounts",
    description: "Numbers of waiting and assigned escalations",
    examples: [{ waiting: 2, mine: 1, assigned: 3, oldest: "2026-11-01T10:00:00.000Z" }],
  });

export const escalationView = z
  .object({
    id: uuid,
    conversation_id: uuid,
    session_id: z.string(),
    agent_id: uuid,
    link_id: uuid.nullable(),
    status: escalationStatus,
    source: escalationSource,
    reason: z.string().nullable(),
    metadata: freeObject,
    /** How often a human was asked for while this one was not resolved. */
    requests: z.number().int(),
    /** Id of the credentials that have it, or the operator that a signed backend operatorName. */
    assigned_to: z.string().nullable(),
    /** What the visitor sees about them. */
    assigned_name: z.string().nullable(),
    summary: z.string().nullable(),
    outcome: escalationOutcome.nullable(),
    created_at: iso,
    assigned_at: iso.nullable(),
    resolved_at: iso.nullable(),
    session_status: sessionStatus,
    handled_by: z.enum(["agent", "human"]),
    participant,
    answer_by_mail: z.boolean().optional().describe("The visitor has left an address for the answer"),
    notices: z.array(escalationNotice).optional().describe("Notified people; in lists and single reads"),
    mine: z.boolean().optional().describe("Assigned to the caller"),
    last_message: lastMessage.nullish().describe("The newest message; in lists and single reads"),
  })
  .meta({
    id: "Escalation",
    description: "A request for a human",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        conversation_id: "018f3a5e-7c1b-7d2e-8a4f-000000000005",
        session_id: "text_tVp1tWWzDPC6Umnjx3yJeA",
        agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
        link_id: null,
        status: "open",
        source: "visitor",
        reason: null,
        metadata: {},
        requests: 1,
        assigned_to: null,
        assigned_name: null,
        summary: null,
        outcome: null,
        created_at: "2026-11-01T10:00:00.000Z",
        assigned_at: null,
        resolved_at: null,
        session_status: "active",
        handled_by: "human",
        participant: { name: "Ada" },
      },
    ],
  });

export type EscalationView = z.infer<typeof escalationView>;
