import { z } from "zod";
import { participant } from "../messages/callers.js";
import { sessionStatus } from "../turns.js";

const uuid = z.uuid();
const iso = z.string();

const operatorName = z.string().trim().min(1).max(200);

/** How the visitor is told who speaks; absent = as before, or nobody by name. */
const name = operatorName.optional();

/** Who acts. Only a signed backend may name somebody; a token acts for itself. */
const operator = operatorName.optional();

const storable = (text: string): boolean => !text.includes("\u0000");

const summary = z.string().max(4000).refine(storable, { message: "must not contain NUL" }).nullish();

export const assignBody = z
  .strictObject({ operator, name })
  .default({})
  .meta({
    id: "AssignEscalation",
    description: "Who takes an escalation; nothing = the caller",
    examples: [{ name: "Grace" }],
  });

export const transferBody = z.strictObject({ operator: operatorName, name }).meta({
  id: "TransferEscalation",
  description: "Who gets an escalation",
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
      .refine(storable, { message: "must not contain NUL" }),
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
    description: "What the agent is told when it takes over again",
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

export const escalationSource = z.enum(["visitor", "api", "workflow", "failed_turns"]);

export const escalationOutcome = z.enum(["resolved", "handed_back", "session_ended"]);

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
    metadata: z.record(z.string(), z.unknown()),
    /** How often a human was asked for while this one was not resolved. */
    requests: z.number().int(),
    /** Id of the credentials that have it, or the operator that a signed backend operatorName. */
    assigned_to: z.string().nullable(),
    /** What the visitor is told about them. */
    assigned_name: z.string().nullable(),
    summary: z.string().nullable(),
    outcome: escalationOutcome.nullable(),
    created_at: iso,
    assigned_at: iso.nullable(),
    resolved_at: iso.nullable(),
    session_status: sessionStatus,
    handled_by: z.enum(["agent", "human"]),
    participant,
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
