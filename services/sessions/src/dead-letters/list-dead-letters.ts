import { listCursor, type listDeadLetters, requireRole, tenantOf } from "@parley/contracts";
import { z } from "zod";
import type { DeadLetterPlace, DeadLetterRepository } from "./repository.js";

const TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/;
const cursors = listCursor(z.tuple([z.string().regex(TIME), z.uuid(), z.int().min(1)]));

function placeOf(cursor: string): DeadLetterPlace {
  const [createdAt, conversationId, seq] = cursors.decode(cursor);
  return { createdAt, conversationId, seq };
}

const cursorOf = ({ createdAt, conversationId, seq }: DeadLetterPlace): string =>
  cursors.encode([createdAt, conversationId, seq]);

/** Dead letters of the tenant, newest first, without their content. A read; admins. */
export const listDeadLettersHandler =
  ({ deadLetters }: { deadLetters: DeadLetterRepository }) =>
  async (input: z.output<typeof listDeadLetters.request>): Promise<z.input<typeof listDeadLetters.response>> => {
    requireRole(input.principal, "admin");
    const { status, sessionId, agentId, limit, cursor } = input;
    const before = cursor === undefined ? null : placeOf(cursor);
    const filter = { status, sessionId, agentId, limit: limit + 1, before };
    const rows = await deadLetters.list(tenantOf(input.principal), filter);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return { data: page.map(({ shown }) => shown), nextCursor: last === undefined ? null : cursorOf(last.place) };
  };
