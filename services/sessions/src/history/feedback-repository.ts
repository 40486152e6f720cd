import type { Db } from "@parley/db";
import { z } from "zod";

type Row = Record<string, unknown>;

const stopped = z.object({ stopped: z.boolean(), turn_id: z.string().nullable() });
const given = z.object({ changed: z.boolean() });
const rated = z.object({ message_id: z.string() });

/** SQL of visitors' reactions to answers: stopping one, and ratings. One round trip each. */
export function createFeedbackRepository(db: Db) {
  const one = async <S extends z.ZodType>(schema: S, text: string, values: unknown[]): Promise<z.output<S>> => {
    const [row] = await db.query<{ r: unknown }>(text, values);
    return schema.parse(row?.r);
  };
  return {
    stop: (access: Row, turnId: string | null) =>
      one(stopped, "select request_stop($1::jsonb, $2) as r", [JSON.stringify(access), turnId]),
    give: (access: Row, rating: number, text: string | null) =>
      one(given, "select give_feedback($1::jsonb, $2, $3) as r", [JSON.stringify(access), rating, text]),
    rate: (access: Row, messageId: string, { rating, text }: { rating: "up" | "down" | null; text: string | null }) =>
      one(rated, "select rate_message($1::jsonb, $2, $3, $4) as r", [JSON.stringify(access), messageId, rating, text]),
  };
}
export type FeedbackRepository = ReturnType<typeof createFeedbackRepository>;
