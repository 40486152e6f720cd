import {
  AppError,
  type createSavedReply,
  type deleteSavedReply,
  type listSavedReplies,
  newId,
  type Principal,
  requireRole,
  type SavedReply,
  tenantOf,
  type updateSavedReply,
} from "@parley/contracts";
import { once } from "@parley/db";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { decodeCursor, pageOf } from "../webhooks/list-page.js";
import * as repository from "./repository.js";

type Deps = Pick<SessionsDeps, "db">;
type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

function requireOperator(principal: Principal): string {
  requireRole(principal, "operator");
  return tenantOf(principal);
}

/** Saved replies of the tenant, newest first. A read. */
export const listRepliesHandler =
  ({ db }: Deps) =>
  async ({ principal, limit, cursor }: In<typeof listSavedReplies>): Out<typeof listSavedReplies> => {
    const tenantId = requireOperator(principal);
    const before = cursor === undefined ? null : decodeCursor(cursor);
    return pageOf(await db.tenant(tenantId, (trx) => repository.listReplies(trx, { before, limit: limit + 1 })), limit);
  };

/** Creates a saved reply. Idempotent by the caller's key, else by the signature. Throws `saved_reply_exists`. */
export const createReplyHandler =
  ({ db }: Deps) =>
  async ({ principal, body, ...repeatable }: In<typeof createSavedReply>): Out<typeof createSavedReply> => {
    const tenantId = requireOperator(principal);
    const { key, content, digit = null } = body;
    const made = { id: newId(), tenantId, key, content, digit, by: principal.id, ...macroOf(body) };
    const { answer } = await db.tenant(tenantId, (trx) =>
      once(trx, { tenantId, scope: "saved_replies.create", repeatable }, async () => ({
        answer: { reply: await repository.writeReply(trx, made) },
        facts: [],
      })),
    );
    return answer;
  };

/** Changes the given fields. Idempotent by state. Throws `saved_reply_not_found`, `saved_reply_exists`. */
export const updateReplyHandler =
  ({ db }: Deps) =>
  async ({ principal, id, body }: In<typeof updateSavedReply>): Out<typeof updateSavedReply> => {
    const tenantId = requireOperator(principal);
    return db.tenant(tenantId, async (trx) => {
      const before = await repository.lockReply(trx, id);
      const { key = before.key, content = before.content } = body;
      const digit = body.digit === undefined ? before.digit : body.digit;
      const changed = { id, tenantId, key, content, digit, by: before.created_by, ...macroOf(body, before) };
      return { reply: await repository.writeReply(trx, changed) };
    });
  };

type Macro = Pick<SavedReply, "action" | "transfer_to">;

/** The action after a reply was sent. Throws `validation_failed` for a transfer without a recipient. */
function macroOf(body: Partial<Macro>, before: Macro = { action: null, transfer_to: null }): Macro {
  const { action = before.action, transfer_to: to = before.transfer_to } = body;
  if (action === "transfer" && to === null) refuse("is required with the action transfer");
  if (action !== "transfer" && body.transfer_to) refuse("goes with the action transfer alone");
  return { action, transfer_to: action === "transfer" ? to : null };
}

function refuse(message: string): never {
  throw new AppError("validation_failed", { errors: [{ pointer: "/transfer_to", rule: "action", message }] });
}

/** Deletes a saved reply. Idempotent by state: a second call gets `saved_reply_not_found`. */
export const deleteReplyHandler =
  ({ db }: Deps) =>
  async ({ principal, id }: In<typeof deleteSavedReply>): Out<typeof deleteSavedReply> => {
    await db.tenant(requireOperator(principal), (trx) => repository.removeReply(trx, id));
    return {};
  };
