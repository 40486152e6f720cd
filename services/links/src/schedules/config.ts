import { z } from "zod";

/** Variables of schedules; spread into the configuration of links. */
export const scheduleConfig = {
  SCHEDULE_POLL_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(60_000)
    .default(1_000)
    .describe("Average interval between polls for due schedules"),
};
