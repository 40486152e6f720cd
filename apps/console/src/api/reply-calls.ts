import type { SavedReply } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

export type ReplyFields = Pick<SavedReply, "key" | "content" | "action" | "transfer_to" | "digit">;

/** Saved replies of the team to visitors. */
export function replyCalls(call: Caller) {
  return {
    savedReplies: (cursor?: string) => call<Page<SavedReply>>(`/saved-replies${query({ limit: "200", cursor })}`),
    saveReply: (body: ReplyFields, key: string) =>
      call<SavedReply>("/saved-replies", { method: "POST", body: { ...body }, headers: { "idempotency-key": key } }),
    changeReply: (id: string, body: ReplyFields) =>
      call<SavedReply>(`/saved-replies/${part(id)}`, { method: "PATCH", body: { ...body } }),
    deleteReply: (id: string) => call(`/saved-replies/${part(id)}`, { method: "DELETE" }),
  };
}
