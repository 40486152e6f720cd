import { z } from "zod";
import { emailAddress } from "../email-address.js";
import { officeHours } from "../office-hours.js";

const minutes = (most: number) => z.int().min(1).max(most);

/** Whom of the team to tell, and where. A list that is left out stays as it was. */
export const notifyBody = z.strictObject({
  emails: z.array(emailAddress).max(20).optional(),
  chat_urls: z
    .array(z.string().max(2_000))
    .max(5)
    .optional()
    .describe("Incoming webhooks of Slack, Mattermost and similar services. A masked value keeps the stored one"),
});
export type NotifyBody = z.infer<typeof notifyBody>;

export const notifyView = z.object({
  emails: z.array(z.string()),
  chat_urls: z.array(z.string()).describe("Masked"),
});

const EXAMPLE = {
  hours: { time_zone: "Europe/Berlin", days: { monday: [{ from: "09:00", to: "17:00" }] } },
  reply_minutes: 10,
  fallback_minutes: 5,
};

export const peopleBody = z
  .strictObject({
    hours: officeHours.nullish().describe("Null = always available"),
    reply_minutes: minutes(10_080).nullish().describe("Usual reply time, shown to visitors"),
    fallback_minutes: minutes(1_440)
      .nullish()
      .describe(
        "After so many minutes without a taker, and at once outside the hours, the page offers the visitor to go on without; null = never",
      ),
    notify: notifyBody.optional(),
  })
  .meta({
    id: "SetPeople",
    description: "Availability of the people behind an agent; omitted fields keep their values",
    examples: [{ ...EXAMPLE, notify: { emails: ["desk@example.com"] } }],
  });

export const peopleView = z
  .object({
    hours: officeHours.nullable(),
    reply_minutes: z.int().nullable(),
    fallback_minutes: z.int().nullable(),
    notify: notifyView,
    open_now: z.boolean(),
    next_open_at: z.string().nullable(),
    updated_at: z.string().nullable(),
  })
  .meta({
    id: "People",
    description: "Availability of the people behind an agent",
    examples: [
      {
        ...EXAMPLE,
        notify: { emails: ["desk@example.com"], chat_urls: ["https://hooks.example.com/••••aB3d"] },
        open_now: true,
        next_open_at: null,
        updated_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
export type PeopleView = z.infer<typeof peopleView>;

/** What a visitor may know of it. */
export const publicPeople = z
  .object({
    reply_minutes: z.int().nullable(),
    fallback_minutes: z.int().nullable(),
    open_now: z.boolean(),
    next_open_at: z.string().nullable(),
  })
  .meta({
    id: "PublicPeople",
    description: "Availability of the people behind an agent, as visitors see it",
    examples: [{ reply_minutes: 10, fallback_minutes: 5, open_now: false, next_open_at: "2026-11-02T08:00:00.000Z" }],
  });

export const waitingChoice = z
  .discriminatedUnion("choice", [
    z.strictObject({ choice: z.literal("continue") }),
    z.strictObject({ choice: z.literal("cancel") }),
    z.strictObject({ choice: z.literal("email"), email: emailAddress }),
  ])
  .meta({
    id: "WaitingChoice",
    description: "The choice of a visitor who waits for a person",
    examples: [{ choice: "email", email: "ada@example.com" }],
  });
