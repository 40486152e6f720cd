import { z } from "zod";

const seconds = (fallback: number) => z.coerce.number().min(0.05).max(86_400).default(fallback);

/** Variables that only the cleanup service reads; connections are read by main.ts. */
export const cleanupConfig = z.object({
  CLEANUP_INTERVAL_MINUTES: z.coerce
    .number()
    .min(0.001)
    .max(1_440)
    .default(5)
    .describe("Minutes between sweeps of idle sessions and of records past their keeping"),
  LINK_EXPIRY_INTERVAL_SECONDS: seconds(0.5).describe(
    "Seconds between looks for expired links, whose open streams then close",
  ),
  TIMER_INTERVAL_SECONDS: seconds(1).describe(
    "Seconds between looks for sessions whose node has a timeout that is over",
  ),
  OUTBOX_INTERVAL_SECONDS: seconds(1).describe("Seconds between looks for facts that wait in the outbox"),
  OUTBOX_STRAGGLER_SECONDS: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(5)
    .describe("Age in seconds from which a fact in the outbox is sent by cleanup instead of the service that wrote it"),
  RETENTION_DAYS: z
    .union([z.literal("never"), z.coerce.number().int().min(1).max(3_650)])
    .default(30)
    .describe("Days after its end that a session keeps its content unless its link says otherwise; never = for ever"),
  AUDIT_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(36_500)
    .default(400)
    .describe("Days that entries of the audit are kept, whatever is kept of conversations"),
  MEMORY_DAYS: z
    .union([z.literal("never"), z.coerce.number().int().min(1).max(3_650)])
    .default(180)
    .describe("Days after its last use that an agent forgets a person; never = it does not"),
  RETENTION_INTERVAL_SECONDS: seconds(20).describe(
    "Seconds between looks for sessions whose content is to be removed, those of deleted links first of all",
  ),
  ARCHIVE_TO: z
    .string()
    .regex(/^(\/.+|s3:\/\/[a-z0-9][a-z0-9.-]+(\/.*)?)$/, "must be an absolute folder or s3://bucket/folder")
    .optional()
    .describe(
      "Folder, or s3://bucket/folder, into which sessions are written before retention removes their content; empty = nothing is archived",
    ),
  AWS_ENDPOINT_URL: z
    .url()
    .optional()
    .describe("Address of the store that the archive is in, where it is not S3 itself"),
  AWS_REGION: z.string().default("us-east-1").describe("Region of the store that the archive is in"),
  AWS_ACCESS_KEY_ID: z.string().optional().describe("Who writes into the archive"),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe("Key of who writes into the archive"),
  AWS_SESSION_TOKEN: z.string().optional().describe("Token that belongs to a key for a while"),
  ERASURE_INTERVAL_SECONDS: seconds(1).describe("Seconds between looks for erasures that were asked for"),
  ERASURE_LEDGER_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      "File apart from the database that keeps hashes and ids of what was erased, so that it is erased again after a restore; npm start keeps one beside its data",
    ),
  ERASURE_SWEEP_MINUTES: z.coerce
    .number()
    .min(0.001)
    .max(1_440)
    .default(10)
    .describe("Minutes between looks for what was erased and has come back"),
  ANALYTICS_INTERVAL_SECONDS: seconds(60).describe("Seconds between rollups of the numbers that analytics show"),
  ALERT_INTERVAL_SECONDS: seconds(30).describe("Seconds between looks at the numbers that alerts watch"),
  PARTITION_MONTHS_AHEAD: z.coerce.number().int().min(1).max(24).default(2).describe("Months of partitions made ahead"),
});
export type CleanupConfig = z.output<typeof cleanupConfig>;
