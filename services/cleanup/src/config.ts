import { z } from "zod";

const seconds = (fallback: number) => z.coerce.number().min(0.05).max(86_400).default(fallback);

/** Variables of the cleanup service alone; main.ts reads connections. */
export const cleanupConfig = z.object({
  CLEANUP_INTERVAL_MINUTES: z.coerce
    .number()
    .min(0.001)
    .max(1_440)
    .default(5)
    .describe("Minutes between sweeps of idle sessions and expired records"),
  LINK_EXPIRY_INTERVAL_SECONDS: seconds(0.5).describe(
    "Seconds between polls for expired links, whose streams are then closed",
  ),
  TIMER_INTERVAL_SECONDS: seconds(1).describe("Seconds between polls for due timeouts of workflow nodes"),
  OUTBOX_INTERVAL_SECONDS: seconds(1).describe("Seconds between polls of the outbox"),
  OUTBOX_STRAGGLER_SECONDS: z.coerce
    .number()
    .min(0)
    .max(3_600)
    .default(5)
    .describe("Age in seconds after which cleanup sends a fact of the outbox instead of the service that wrote it"),
  RETENTION_DAYS: z
    .union([z.literal("never"), z.coerce.number().int().min(1).max(3_650)])
    .default(30)
    .describe("Days after its end that a session keeps its content unless its link says otherwise; never = no limit"),
  AUDIT_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(36_500)
    .default(400)
    .describe("Days that audit entries are kept, independent of the retention of conversations"),
  MEMORY_DAYS: z
    .union([z.literal("never"), z.coerce.number().int().min(1).max(3_650)])
    .default(180)
    .describe("Days after the last use or change until a memory is deleted; never = no limit"),
  RETENTION_INTERVAL_SECONDS: seconds(20).describe(
    "Seconds between polls for sessions whose content must be removed, those of deleted links first",
  ),
  ARCHIVE_TO: z
    .string()
    .regex(/^(\/.+|s3:\/\/[a-z0-9][a-z0-9.-]+(\/.*)?)$/, "must be an absolute folder or s3://bucket/folder")
    .optional()
    .describe(
      "Folder, or s3://bucket/folder, where sessions are archived before retention removes their content; empty = no archive",
    ),
  AWS_ENDPOINT_URL: z.url().optional().describe("Endpoint of the archive's store, if other than AWS S3"),
  AWS_REGION: z.string().default("us-east-1").describe("Region of the archive's store"),
  AWS_ACCESS_KEY_ID: z.string().optional().describe("Access key id for the archive"),
  AWS_SECRET_ACCESS_KEY: z.string().optional().describe("Secret access key for the archive"),
  AWS_SESSION_TOKEN: z.string().optional().describe("Session token of temporary credentials for the archive"),
  ERASURE_INTERVAL_SECONDS: seconds(1).describe("Seconds between polls for requested erasures"),
  ERASURE_LEDGER_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      "File outside the database with hashes and ids of erased data, so that erasures are repeated after a restore; npm start keeps one beside its data",
    ),
  ERASURE_SWEEP_MINUTES: z.coerce
    .number()
    .min(0.001)
    .max(1_440)
    .default(10)
    .describe("Minutes between searches for erased data that has reappeared"),
  ANALYTICS_INTERVAL_SECONDS: seconds(60).describe("Seconds between rollups for analytics"),
  ALERT_INTERVAL_SECONDS: seconds(30).describe("Seconds between evaluations of alerts"),
  PARTITION_MONTHS_AHEAD: z.coerce
    .number()
    .int()
    .min(1)
    .max(24)
    .default(2)
    .describe("Months for which partitions are created ahead"),
});
export type CleanupConfig = z.output<typeof cleanupConfig>;
