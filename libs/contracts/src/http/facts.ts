import { z } from "zod";

const text = z.string();

/** What happened in a tenant, as its live stream tells it. */
export const tenantFactType = z.enum([
  "session.started",
  "session.turn",
  "session.ended",
  "session.analyzed",
  "session.presence",
  "feedback.given",
  "escalation.waiting",
  "escalation.assigned",
  "escalation.resolved",
  "note.added",
  "note.removed",
  "review.given",
  "review.removed",
  "access.requested",
  "link.created",
  "link.changed",
  "link.expired",
  "version.published",
  "agent.deleted",
  "delivery.sent",
  "delivery.failed",
  "webhook.disabled",
]);

export const presentPerson = z
  .object({
    id: text.describe("Of their credentials"),
    name: text.nullable(),
    activity: z.enum(["viewing", "answering"]),
    since: text,
  })
  .meta({
    id: "PresentPerson",
    description: "A team member who is viewing a session",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
        name: "Grace",
        activity: "answering",
        since: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
export type PresentPerson = z.output<typeof presentPerson>;

export const tenantFact = z
  .object({
    type: tenantFactType,
    at: text,
    session_id: text.optional(),
    agent_id: text.optional(),
    link_id: text.nullish(),
    escalation_id: text.optional(),
    delivery_id: text.optional(),
    present: z.array(presentPerson).optional().describe("With `session.presence`: everybody who looks at the session"),
  })
  .meta({
    id: "TenantFact",
    description: "An event without content; reload the objects it names",
    examples: [
      { type: "escalation.waiting", session_id: "text_tVp1tWWzDPC6Umnjx3yJeA", at: "2026-11-01T10:00:00.000Z" },
    ],
  });
export type TenantFact = z.output<typeof tenantFact>;

export const presenceBody = z
  .strictObject({
    activity: z.enum(["viewing", "answering", "gone"]),
    name: z.string().trim().min(1).max(100).optional().describe("Name shown to the team"),
  })
  .meta({ id: "Presence", description: "The caller's activity on a session", examples: [{ activity: "viewing" }] });

export const sessionPresence = z
  .object({ present: z.array(presentPerson) })
  .meta({ id: "SessionPresence", description: "The team members viewing a session", examples: [{ present: [] }] });
