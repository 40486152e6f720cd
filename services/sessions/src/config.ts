import { outboundConfig } from "@parley/outbound";
import { mailConfig, publicUrlConfig } from "@parley/runtime";
import { z } from "zod";
import { DEFAULT_RETRY_SECONDS } from "./webhooks/retry-schedule.js";

/** Variables of the sessions service alone; main.ts reads connections and SECRET_KEY. */
export const sessionsConfig = z.object({
  SESSION_TIMEOUT_SECONDS: z.coerce
    .number()
    .int()
    .min(10)
    .max(604_800)
    .default(1800)
    .describe("Idle seconds after which a server-to-server session is abandoned; links have their own timeout"),
  SESSIONS_MAX_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(512)
    .describe("Concurrent requests per replica of sessions; beyond it 503 overloaded"),
  WEBHOOK_CONCURRENCY: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_000)
    .default(128)
    .describe("Concurrent webhook deliveries per replica of sessions; at most eight per endpoint"),
  WEBHOOK_POLL_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(1_000)
    .describe("How often a replica polls for due webhooks"),
  WEBHOOK_RETRY_SECONDS: z
    .string()
    .default(DEFAULT_RETRY_SECONDS.join(","))
    .transform((text) => text.split(",").map((part) => Number(part.trim())))
    .refine(
      (seconds) => seconds.length <= 40 && seconds.every((wait) => wait >= 0.01 && wait <= 604_800),
      "seconds separated by commas",
    )
    .describe("Delays after each failed attempt to deliver a webhook, in seconds"),
  WEBHOOK_DISABLE_AFTER_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(8_760)
    .default(72)
    .describe("A webhook is disabled after failing for this long without a success"),
  WEBHOOK_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(400)
    .default(30)
    .describe("Days the log of delivered and failed webhooks is kept"),
  NOTICE_POLL_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(1_000)
    .describe("How often a replica polls for due operator notices and mailed answers"),
  ANSWER_MAIL_AFTER_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(60)
    .describe("Delay before an operator's answer is mailed to a visitor who left an address and has not written since"),
  ...mailConfig,
  ...publicUrlConfig,
  ...outboundConfig,
});
export type SessionsConfig = z.output<typeof sessionsConfig>;
