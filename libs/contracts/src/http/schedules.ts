import { z } from "zod";
import { templateName } from "./link-templates.js";
import { messageTemplateName } from "./message-templates.js";
import { sendChannel, sendFields } from "./sending.js";

const uuid = z.uuid();
const iso = z.string();

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const { template: _template, ...sending } = sendFields;

const parameters = z.strictObject({
  /** Slug or id of the agent whose link it is. */
  agent: z.string().min(1).max(255),
  ...sending,
  /** Name or id of a link template. */
  template: templateName.optional(),
  /** Words of the message; default those of the template's name, if there are any, else the invitation. */
  message_template: messageTemplateName.optional(),
  /** Of the link; default that of the template, else the agent's name. */
  title: z.string().trim().min(1).max(200).optional(),
  expires_in_hours: z.number().min(0.01).max(87_600).optional(),
});

/** The parameters of an action as they are kept: checked when they were written, and read again in later releases. */
export const keptParameters = z.looseObject({
  channel: sendChannel,
  template: z.string().optional(),
  message_template: messageTemplateName.optional(),
  title: z.string().optional(),
  expires_in_hours: z.number().optional(),
  subject: z.string().optional(),
  message: z.string().optional(),
  personalised: z.boolean().optional(),
  track_opens: z.boolean().optional(),
  language: z.string().optional(),
});
const keptRecipient = z.object({ address: z.string(), name: z.string().optional(), language: z.string().optional() });

const fields = {
  name: z.string().trim().min(1).max(200).nullish(),
  /** Minute, hour, day of month, month, day of week; or @hourly, @daily, @weekly, @monthly, @yearly. */
  cron: z.string().trim().min(1).max(200),
  /** As `cron`. */
  schedule: z.string().trim().min(1).max(200),
  timezone: z.string().max(100).refine(isTimeZone, { message: "must be an IANA time zone such as Europe/Berlin" }),
  action: z.literal("create_and_send_temp_chat_link"),
  parameters,
};

const oneCron = (body: { cron?: unknown; schedule?: unknown }): boolean =>
  (body.cron === undefined) !== (body.schedule === undefined);

export const createScheduleBody = z
  .strictObject({
    ...fields,
    cron: fields.cron.optional(),
    schedule: fields.schedule.optional(),
    timezone: fields.timezone.default("UTC"),
  })
  .refine(oneCron, { message: "give cron, or schedule in its place", path: ["cron"] })
  .meta({
    id: "CreateSchedule",
    description: "When to create and send a link, and to whom",
    examples: [
      {
        name: "Morning check-in",
        cron: "0 9 * * 1-5",
        timezone: "Europe/Berlin",
        action: "create_and_send_temp_chat_link",
        parameters: {
          agent: "desk",
          channel: "email",
          template: "daily_checkin",
          recipients: ["team@company.com"],
          expires_in_hours: 4,
        },
      },
    ],
  });
export type CreateScheduleBody = z.infer<typeof createScheduleBody>;

export const updateScheduleBody = z
  .strictObject({
    name: fields.name,
    cron: fields.cron.optional(),
    timezone: fields.timezone.optional(),
    /** As a whole. */
    parameters: parameters.optional(),
  })
  .meta({
    id: "UpdateSchedule",
    description: "The fields of a schedule to change",
    examples: [{ cron: "0 8 * * 1-5" }],
  });
export type ScheduleParameters = z.infer<typeof parameters>;

const PATTERN =
  "of five fields (minute, hour, day of month, month, day of week) that has an occurrence, like 0 9 * * 1-5, or @daily";
/** What is wrong with a cron pattern. */
export const CRON_MESSAGE = `must be a cron pattern ${PATTERN}`;

export const scheduleRun = z
  .object({
    id: uuid,
    occurrence_at: iso,
    cause: z.enum(["cron", "owner"]),
    /** missed: the server was down at that time, and came back too late or with a newer occurrence to run. */
    status: z.enum(["pending", "done", "failed", "missed"]),
    /** A word for why it failed. */
    outcome: z.string().nullable(),
    delivery_id: uuid.nullable(),
    link_id: uuid.nullable(),
    created_at: iso,
    ended_at: iso.nullable(),
  })
  .meta({
    id: "ScheduleRun",
    description: "One occurrence of a schedule and its outcome",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-00000000000b",
        occurrence_at: "2026-11-02T08:00:00.000Z",
        cause: "cron",
        status: "done",
        outcome: null,
        delivery_id: "018f3a5e-7c1b-7d2e-8a4f-000000000006",
        link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        created_at: "2026-11-02T08:00:00.000Z",
        ended_at: "2026-11-02T08:00:01.000Z",
      },
    ],
  });
export type ScheduleRun = z.infer<typeof scheduleRun>;

export const schedule = z
  .object({
    id: uuid,
    name: z.string().nullable(),
    agent_id: uuid,
    cron: z.string(),
    timezone: z.string(),
    action: z.literal("create_and_send_temp_chat_link"),
    parameters: keptParameters.extend({
      recipients: z
        .array(keptRecipient)
        .optional()
        .describe("Only for editors reading a single schedule; addresses that are secret are shortened"),
    }),
    recipients: z.int().min(0),
    paused: z.boolean(),
    /** The next five; none while it is paused. */
    next_runs: z.array(iso),
    created_by: z.string(),
    created_at: iso,
    updated_at: iso,
  })
  .meta({
    id: "Schedule",
    description: "When a link is created and sent",
    examples: [
      {
        id: "018f3a5e-7c1b-7d2e-8a4f-00000000000a",
        name: "Morning check-in",
        agent_id: "018f3a5e-7c1b-7d2e-8a4f-000000000002",
        cron: "0 9 * * 1-5",
        timezone: "Europe/Berlin",
        action: "create_and_send_temp_chat_link",
        parameters: { channel: "email", template: "daily_checkin", expires_in_hours: 4 },
        recipients: 1,
        paused: false,
        next_runs: [
          "2026-11-02T08:00:00.000Z",
          "2026-11-03T08:00:00.000Z",
          "2026-11-04T08:00:00.000Z",
          "2026-11-05T08:00:00.000Z",
          "2026-11-06T08:00:00.000Z",
        ],
        created_by: "018f3a5e-7c1b-7d2e-8a4f-000000000004",
        created_at: "2026-11-01T10:00:00.000Z",
        updated_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
export type Schedule = z.infer<typeof schedule>;
