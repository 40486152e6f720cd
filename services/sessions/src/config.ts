import { z } from "zod";

/** Variables that only the sessions service reads; connections and SECRET_KEY are read by main.ts. */
export const sessionsConfig = z.object({
  SESSION_TIMEOUT_SECONDS: z.coerce
    .number()
    .int()
    .min(10)
    .max(604_800)
    .default(1800)
    .describe("Idle seconds after which a server-to-server session is abandoned; links carry their own timeout"),
  SESSIONS_MAX_IN_FLIGHT: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(512)
    .describe("Requests one replica of sessions works on at once; above it answers 503 overloaded"),
});
export type SessionsConfig = z.output<typeof sessionsConfig>;
