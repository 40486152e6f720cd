import { z } from "zod";

const count = z.int().min(0);
const number = z.number().nullable();

export const linkNumbers = z
  .object({
    link_id: z.uuid(),
    days: count,
    from: z.string(),
    to: z.string(),
    sessions: z.object({ total: count, active: count, completed: count, abandoned: count, error: count }),
    messages: count.describe("Messages of visitors"),
    unique_visitors: z
      .object({ total: count, confirmed: count, anonymous: count })
      .describe("Confirmed addresses by keyed hash; without one, a session is a visitor"),
    unique_addresses: count.describe(
      "From how many addresses the link was opened, by keyed hash; of networks where VISITOR_ADDRESSES is truncated",
    ),
    completion_rate: number.describe(
      "Of the sessions that ended, those whose conversation came to its end; 0 to 1, four decimals",
    ),
    engagement: z.object({ average_messages: number, average_duration_seconds: number }).describe("With one decimal"),
    response_time_ms: z.object({ average: number, p95: number }).describe("Whole milliseconds"),
    failed_messages: count,
    end_reasons: z.record(z.string(), count),
    satisfaction: z.object({ ratings: count, average: number.describe("With two decimals") }),
    by_day: z.array(z.object({ day: z.string(), sessions: count, messages: count, completed: count })),
    last_used_at: z.string().nullable(),
  })
  .meta({
    id: "LinkAnalytics",
    description: "Usage of a link in a period",
    examples: [
      {
        link_id: "018f3a5e-7c1b-7d2e-8a4f-000000000003",
        days: 30,
        from: "2026-10-03",
        to: "2026-11-01",
        sessions: { total: 4, active: 1, completed: 2, abandoned: 1, error: 0 },
        messages: 21,
        unique_visitors: { total: 3, confirmed: 1, anonymous: 2 },
        unique_addresses: 3,
        completion_rate: 0.6667,
        engagement: { average_messages: 5.3, average_duration_seconds: 184.2 },
        response_time_ms: { average: 900, p95: 2100 },
        failed_messages: 0,
        end_reasons: { completed: 2 },
        satisfaction: { ratings: 1, average: 5 },
        by_day: [{ day: "2026-11-01", sessions: 4, messages: 21, completed: 2 }],
        last_used_at: "2026-11-01T10:00:00.000Z",
      },
    ],
  });
