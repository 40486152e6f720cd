import {
  type createSavedReply,
  type deleteSavedReply,
  type listSavedReplies,
  newId,
  type Principal,
  requireRole,
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

/** Saves one. Idempotent by the caller's key, else by the signature. Throws `saved_reply_exists`. */
export const createReplyHandler =
  ({ db }: Deps) =>
  async ({ principal, body, ...repeatable }: In<typeof createSavedReply>): Out<typeof createSavedReply> => {
    const tenantId = requireOperator(principal);
    const { key, content, action = null, digit = null } = body;
    const made = { id: newId(), tenantId, key, content, action, digit, by: principal.id };
    const { answer } = await db.tenant(tenantId, (trx) =>
      once(trx, { tenantId, scope: "saved_replies.create", repeatable }, async () => ({
        answer: { reply: await repository.writeReply(trx, made) },
        facts: [],
      })),
    );
    return answer;
  };

/** Changes what is given. Idempotent by state. Throws `saved_reply_not_found`, `saved_reply_exists`. */
export const updateReplyHandler =
  ({ db }: Deps) =>
  async ({ principal, id, body }: In<typeof updateSavedReply>): Out<typeof updateSavedReply> => {
    const tenantId = requireOperator(principal);
    return db.tenant(tenantId, async (trx) => {
      const before = await repository.lockReply(trx, id);
      const { key = before.key, content = before.content } = body;
      const action = body.action === undefined ? before.action : body.action;
      const digit = body.digit === undefined ? before.digit : body.digit;
      const by = before.created_by;
      return { reply: await repository.writeReply(trx, { id, tenantId, key, content, action, digit, by }) };
    });
  };

/** Removes one. Idempotent by state: then it is `saved_reply_not_found`. */
export const deleteReplyHandler =
  ({ db }: Deps) =>
  async ({ principal, id }: In<typeof deleteSavedReply>): Out<typeof deleteSavedReply> => {
    await db.tenant(requireOperator(principal), (trx) => repository.removeReply(trx, id));
    return {};
  };
