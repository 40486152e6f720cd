import { takeWithinBytes } from "@parley/bus";
import {
  AppError,
  type exportMessages as messagesContract,
  requireRole,
  type exportSessions as sessionsContract,
  tenantOf,
} from "@parley/contracts";
import type { z } from "zod";
import type { HandlerDeps } from "../deps.js";
import { messagesAfter, sessionsOf } from "./repository.js";

const SESSIONS_PER_PAGE = 20;
const MESSAGES_PER_PAGE = 200;

/** Sessions of an address in the order they began, with everything except messages and file contents. A read; admins. */
export const exportSessionsHandler =
  ({ db }: Pick<HandlerDeps, "db">) =>
  async ({
    principal,
    email,
    cursor,
  }: z.output<typeof sessionsContract.request>): Promise<z.input<typeof sessionsContract.response>> => {
    requireRole(principal, "admin");
    const after = cursor === undefined ? null : positionOf(cursor);
    const rows = await sessionsOf(db, { tenantId: tenantOf(principal), email, after, limit: SESSIONS_PER_PAGE + 1 });
    const data = takeWithinBytes(rows.slice(0, SESSIONS_PER_PAGE));
    const last = data.length < rows.length ? data.at(-1) : undefined;
    return {
      data: data.map(({ session_id, file_ids, record }) => ({ session_id, file_ids, record })),
      nextCursor: last ? Buffer.from(`${last.position} ${last.id}`).toString("base64url") : null,
    };
  };

/** Messages of a session after `after`, oldest first. A read; admins. Throws `session_not_found`. */
export const exportMessagesHandler =
  ({ db }: Pick<HandlerDeps, "db">) =>
  async ({
    principal,
    sessionId,
    after,
  }: z.output<typeof messagesContract.request>): Promise<z.input<typeof messagesContract.response>> => {
    requireRole(principal, "admin");
    const limit = MESSAGES_PER_PAGE + 1;
    const rows = await messagesAfter(db, { tenantId: tenantOf(principal), sessionId, after, limit });
    if (rows === null) throw new AppError("session_not_found");
    const data = takeWithinBytes(rows.slice(0, MESSAGES_PER_PAGE));
    return { data, more: data.length < rows.length };
  };

function positionOf(cursor: string): { at: string; id: string } {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ([0-9a-f-]{36})$/.exec(Buffer.from(cursor, "base64url").toString());
  if (!match?.[1] || !match[2]) throw new AppError("malformed_request");
  return { at: match[1], id: match[2] };
}
