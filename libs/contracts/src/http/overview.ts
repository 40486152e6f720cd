import { z } from "zod";

const count = z.int().min(0);
const day = z.object({
  day: z.string().describe("YYYY-MM-DD, UTC"),
  sessions: count,
  ratings: count,
  average_rating: z.number().nullable(),
});

/** Whether all is well in a tenant. */
export const overview = z
  .object({
    waiting: z.object({ count, longest_since: z.string().nullable() }).describe("Visitors waiting for an operator"),
    live: z.object({ sessions: count, with_person: count }).describe("Running sessions"),
    failed_turns_today: count,
    access_requests: count.describe("Waiting for a decision"),
    access_requests_by: z
      .array(z.object({ agent: z.string().describe("Its name in URLs"), name: z.string(), count }))
      .describe("The agents with the most, at most 5"),
    spend_today: z
      .object({
        cost: z.number(),
        calls: count,
        unpriced_calls: count,
        budget: z
          .object({ links: count, max_cost: z.number(), cost_used: z.number(), exhausted: count })
          .nullable()
          .describe("Of all links with a budget in dollars, since they were created; null = none"),
      })
      .describe("US dollars since midnight, UTC"),
    first_token_p95_ms: z.int().nullable().describe("Today; null = no reply by a streaming model"),
    days: z.array(day).describe("The last 14 including today, oldest first"),
    system: z.object({
      waiting_messages: count.describe("Accepted and not yet answered, including those in progress; 1,000 = or more"),
      oldest_message_at: z.string().nullable(),
      dead_letters: count.describe("Dead letters not replayed; 1,000 = or more"),
      webhooks_failing: count.describe(
        "Receivers whose last attempts failed, or that were disabled because of failures",
      ),
      webhook_deliveries_waiting: count.describe("10,000 = or more"),
      behind: z
        .array(z.string())
        .describe("Services with replicas running older code than the rest of the installation"),
    }),
    at: z.string(),
  })
  .meta({
    id: "Overview",
    description: "The state of a tenant at a glance",
    examples: [
      {
        waiting: { count: 2, longest_since: "2026-11-01T09:52:00.000Z" },
        live: { sessions: 14, with_person: 1 },
        failed_turns_today: 0,
        access_requests: 1,
        access_requests_by: [{ agent: "clinic-desk", name: "Clinic desk", count: 1 }],
        spend_today: {
          cost: 3.12,
          calls: 1840,
          unpriced_calls: 0,
          budget: { links: 3, max_cost: 150, cost_used: 41.5, exhausted: 0 },
        },
        first_token_p95_ms: 812,
        days: [{ day: "2026-11-01", sessions: 212, ratings: 31, average_rating: 4.4 }],
        system: {
          waiting_messages: 1,
          oldest_message_at: "2026-11-01T09:59:59.200Z",
          dead_letters: 0,
          webhooks_failing: 0,
          webhook_deliveries_waiting: 0,
          behind: [],
        },
        at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
export type Overview = z.output<typeof overview>;
