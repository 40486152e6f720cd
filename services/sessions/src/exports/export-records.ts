import { takeWithinBytes } from "@parley/bus";
import { AppError, type exportRecords as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { HandlerDeps } from "../deps.js";
import {
  type ExportedRow,
  messagesFrom,
  notesFrom,
  type Position,
  ratingsFrom,
  reviewsFrom,
  sessionsFrom,
} from "./repository.js";

const READERS = {
  sessions: sessionsFrom,
  messages: messagesFrom,
  ratings: ratingsFrom,
  notes: notesFrom,
  reviews: reviewsFrom,
};

/**
 * A page of an export: as many of the requested records as fit into one message. A read; admins. Throws `validation_failed` for a
 * cursor that no page returned.
 */
export const exportRecordsHandler =
  ({ db }: Pick<HandlerDeps, "db">) =>
  async (asked: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { principal, kind, agentId, linkId, sessionId, from, to, limit } = asked;
    requireRole(principal, "admin");
    const after = asked.after === undefined ? null : positionOf(asked.after);
    const range = { tenantId: tenantOf(principal), agentId, linkId, sessionId, from, to, after };
    const rows = await READERS[kind](db, { ...range, limit: limit + 1 });
    const data = takeWithinBytes(rows.slice(0, limit).map((row) => ({ cursor: cursorOf(row), record: row.record })));
    return { data, more: data.length < rows.length };
  };

const cursorOf = ({ at, id, part }: ExportedRow): string => Buffer.from(`${at} ${id} ${part}`).toString("base64url");

const CURSOR =
  /^(\d{4}-\d\d-\d\dT[\d:.]{15}Z) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (|-|\d{1,9}|[0-9a-f-]{36})$/;

function positionOf(cursor: string): Position {
  const [, at, id, part] = CURSOR.exec(Buffer.from(cursor, "base64url").toString()) ?? [];
  // A cursor of one kind is invalid for another; an impossible date would only fail in the database.
  if (at === undefined || id === undefined || part === undefined || Number.isNaN(Date.parse(at)))
    throw new AppError("validation_failed", {
      errors: [{ pointer: "query/after", rule: "cursor", message: "must be a cursor of this export" }],
    });
  return { at, id, part };
}
