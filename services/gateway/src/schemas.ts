import { z } from "zod";

/** Error document of every failure (RFC 9457). */
export const problemSchema = z
  // Some kinds of failure add members of their own, as the RFC allows.
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    code: z.string(),
    message: z.string(),
    request_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), rule: z.string(), message: z.string() })).optional(),
    retry_after: z.int().min(0).optional(),
  })
  .describe("Problem document");

const problem = { content: { "application/problem+json": { schema: problemSchema } }, description: "Problem document" };

/** Response documentation of a route: its successes, and what every route can answer. */
export function answers(successes: Record<number, unknown>): Record<string, unknown> {
  return { ...successes, "4xx": problem, "5xx": problem };
}

export const eventStream = {
  description: "Event stream",
  content: { "text/event-stream": { schema: z.string() } },
};
export const noContent = z.null().describe("No content");

/** A whole number in the query string. */
export const queryInteger = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
export const cursorParam = z.string().min(1).max(500);
