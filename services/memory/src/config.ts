import { z } from "zod";

/** Variables of the memory service alone; main.ts reads connections, SECRET_KEY and the model's variables. */
export const memoryConfig = z.object({
  MEMORY_SUMMARY_EVERY: z.coerce
    .number()
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe("Completed exchanges of a confirmed address after which its memory is updated"),
  MEMORY_POLL_SECONDS: z.coerce
    .number()
    .min(0.05)
    .max(3_600)
    .default(10)
    .describe("Seconds between polls for summaries whose event was lost or whose model call failed"),
  KNOWLEDGE_POLL_SECONDS: z.coerce
    .number()
    .min(0.05)
    .max(3_600)
    .default(15)
    .describe("Seconds between polls for knowledge base documents without vectors"),
  KNOWLEDGE_EXACT_PASSAGES: z.coerce
    .number()
    .int()
    .min(100)
    .max(20_000)
    .default(2_000)
    .describe("Passages compared by vector per search without pgvector"),
});
export type MemoryConfig = z.output<typeof memoryConfig>;
