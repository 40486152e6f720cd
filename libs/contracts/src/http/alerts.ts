import { z } from "zod";
import { notifyBody, notifyView } from "./people.js";

const uuid = z.uuid();
const iso = z.string();

interface AlertKind {
  /** Used when none is given, and the range of what can be given. */
  threshold: number;
  min: number;
  max: number;
  /** Hours that it looks at unless others are given; null = it looks at now. */
  hours: number | null;
  /** What it can be narrowed to. */
  scope: readonly ("agent" | "link_id")[];
}

const OF_BOTH = ["agent", "link_id"] as const;

/** What a rule can watch, in which unit, and from where on it tells unless it is told otherwise. */
export const ALERT_KINDS = {
  /** Percent of a link's budget, each link on its own. */
  budget_spent: { threshold: 80, min: 1, max: 100, hours: null, scope: OF_BOTH },
  /** A link's budget, each on its own: all of it is spent, or a turn was refused for it. */
  budget_used_up: { threshold: 100, min: 100, max: 100, hours: null, scope: OF_BOTH },
  /** Turns without an answer. */
  failed_turns: { threshold: 10, min: 1, max: 1_000_000, hours: 1, scope: OF_BOTH },
  /** Percent of messages that got no answer, from ten messages on. */
  failed_turn_rate: { threshold: 10, min: 0.1, max: 100, hours: 1, scope: OF_BOTH },
  /** Minutes that somebody has been waiting for a person. */
  waiting_time: { threshold: 10, min: 1, max: 10_080, hours: null, scope: OF_BOTH },
  /** Failed attempts in a row, each receiver on its own; one that was switched off for them counts too. */
  webhook_failing: { threshold: 5, min: 1, max: 1_000, hours: null, scope: ["agent"] },
  /** The mean of ratings from 1 to 5, from five ratings on. */
  rating_below: { threshold: 3.5, min: 1, max: 5, hours: 24, scope: OF_BOTH },
  /** What the defences noticed. */
  security_events: { threshold: 100, min: 1, max: 1_000_000, hours: 1, scope: OF_BOTH },
  /** Turns that were given up and not replayed. */
  dead_letters: { threshold: 1, min: 1, max: 10_000, hours: null, scope: [] },
} as const satisfies Record<string, AlertKind>;

export const alertKind = z.enum(Object.keys(ALERT_KINDS) as [AlertKindName, ...AlertKindName[]]);
export type AlertKindName = keyof typeof ALERT_KINDS;

const threshold = z.number().min(0.1).max(1_000_000);
const windowHours = z.int().min(1).max(168);
const name = z.string().trim().min(1).max(200);

const fields = {
  name: name.nullish(),
  threshold: threshold
    .optional()
    .describe(
      "Percent (`budget_spent` 80, `failed_turn_rate` 10), minutes (`waiting_time` 10), failures (`failed_turns` 10, `webhook_failing` 5), mean (`rating_below` 3.5) or a count (`security_events` 100, `dead_letters` 1); the default of its kind",
    ),
  window_hours: windowHours
    .optional()
    .describe("For failed turns (1), security events (1) and ratings (24): the current hour and this many before it"),
  tell_recovery: z.boolean().optional(),
  notify: notifyBody.optional(),
};

interface Given {
  threshold?: number | undefined;
  window_hours?: number | undefined;
}

/** What is wrong with the numbers of a rule of this kind. */
export function alertProblem(kind: AlertKindName, given: Given): { path: string; message: string } | null {
  const { min, max, hours } = ALERT_KINDS[kind];
  if (given.threshold !== undefined && (given.threshold < min || given.threshold > max))
    return { path: "threshold", message: `must be from ${min} to ${max} for ${kind}` };
  if (given.window_hours !== undefined && hours === null)
    return { path: "window_hours", message: `${kind} looks at no period` };
  return null;
}

export const createAlertBody = z
  .strictObject({
    kind: alertKind,
    agent: z.string().min(1).max(255).optional().describe("Name or id; absent = all agents"),
    link_id: uuid.optional(),
    all_tenants: z.boolean().optional().describe("Of `dead_letters`, for operators of the installation alone"),
    ...fields,
  })
  .superRefine((body, context) => {
    const problem = alertProblem(body.kind, body);
    if (problem) context.addIssue({ code: "custom", path: [problem.path], message: problem.message });
    const scope: readonly string[] = ALERT_KINDS[body.kind].scope;
    for (const one of OF_BOTH)
      if (body[one] !== undefined && !scope.includes(one))
        context.addIssue({ code: "custom", path: [one], message: `${body.kind} cannot be narrowed to it` });
    if (body.all_tenants && body.kind !== "dead_letters")
      context.addIssue({ code: "custom", path: ["all_tenants"], message: "is for dead_letters alone" });
  })
  .meta({
    id: "CreateAlert",
    description: "A rule that notifies people when a value crosses its threshold",
    examples: [{ kind: "budget_spent", threshold: 80, tell_recovery: true, notify: { emails: ["team@example.com"] } }],
  });
export type CreateAlertBody = z.infer<typeof createAlertBody>;

export const updateAlertBody = z
  .strictObject({ ...fields, is_active: z.boolean().optional() })
  .meta({ id: "UpdateAlert", description: "The fields of a rule to change", examples: [{ threshold: 90 }] });
export type UpdateAlertBody = z.infer<typeof updateAlertBody>;

export const alert = z
  .object({
    id: uuid,
    name: z.string().nullable(),
    kind: alertKind,
    agent_id: uuid.nullable(),
    link_id: uuid.nullable(),
    all_tenants: z.boolean(),
    threshold: z.number(),
    window_hours: z.int().nullable(),
    tell_recovery: z.boolean(),
    notify: notifyView,
    is_active: z.boolean(),
    /** Crossings that are not over. */
    firing: z.int().min(0),
    created_by: z.string(),
    created_at: iso,
    updated_at: iso,
  })
  .meta({
    id: "Alert",
    description: "A rule that notifies people when a value crosses its threshold",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-00000000000c",
        name: null,
        kind: "budget_spent",
        agent_id: null,
        link_id: null,
        all_tenants: false,
        threshold: 80,
        window_hours: null,
        tell_recovery: true,
        notify: { emails: ["team@example.com"], chat_urls: ["https://hooks.example.com/••••aB3d"] },
        is_active: true,
        firing: 1,
        created_by: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
        created_at: "2026-11-01T10:00:00.000Z",
        updated_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
export type Alert = z.infer<typeof alert>;

export const alertFiring = z
  .object({
    id: uuid,
    cause: z.enum(["crossing", "test"]),
    /** The link whose budget it is, or that of the rule. */
    link_id: uuid.nullable(),
    webhook_id: uuid.nullable(),
    value: z.number().nullable(),
    threshold: z.number(),
    fired_at: iso,
    /** Null = it is not over. */
    recovered_at: iso.nullable(),
    /** Null = there is nothing left to measure. */
    recovered_value: z.number().nullable(),
    told: z.array(
      z.object({
        event: z.enum(["fired", "recovered", "test"]),
        kind: z.enum(["mail", "chat", "webhook"]),
        /** Masked; of a webhook its id. */
        target: z.string(),
        status: z.enum(["pending", "sent", "failed", "cancelled"]),
        attempts: z.int(),
        /** Why the newest attempt failed. */
        outcome: z.string().nullable(),
      }),
    ),
  })
  .meta({
    id: "AlertFiring",
    description: "One crossing of a threshold, and who was notified",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-00000000000d",
        cause: "crossing",
        link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        webhook_id: null,
        value: 81.5,
        threshold: 80,
        fired_at: "2026-11-01T12:00:00.000Z",
        recovered_at: null,
        recovered_value: null,
        told: [
          { event: "fired", kind: "mail", target: "t••••@example.com", status: "sent", attempts: 1, outcome: null },
        ],
      },
    ],
  });
export type AlertFiring = z.infer<typeof alertFiring>;
