import { z } from "zod";

/** Addresses and keys that several services need; each picks the ones it uses, so that they are described only once. */
export const connectionConfig = z.object({
  DATABASE_URL: z.string().describe("PostgreSQL; services act as parley_app, whatever the login"),
  NATS_URL: z.string().describe("NATS with JetStream; multiple addresses separated by commas"),
  REDIS_URL: z.string().describe("Redis or Valkey"),
  SECRET_KEY: z.string().min(32).describe("Master key of every secret at rest, at least 32 characters"),
  SECRET_KEY_PREVIOUS: z
    .string()
    .min(32)
    .optional()
    .describe("The other master key during a rotation of SECRET_KEY, see docs/key-rotation.md"),
});
