import { z } from "zod";
import { rpc } from "../declare.js";
import { createSavedReplyBody, savedReply, updateSavedReplyBody } from "../http/saved-replies.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const owned = { principal, id: z.uuid() };

const call = <Req extends z.ZodType, Res extends z.ZodType>(name: string, request: Req, response: Res) =>
  rpc("sessions", name, "sessions", request, response);

/** Newest first. Operators and above, as all of them. */
export const listSavedReplies = call(
  "list_saved_replies",
  z.object({ principal, limit: z.number().int(), cursor: z.string().optional() }),
  z.object({ data: z.array(savedReply), nextCursor: z.string().nullable() }),
);

/** Throws `saved_reply_exists`. */
export const createSavedReply = call(
  "create_saved_reply",
  z.object({ principal, body: createSavedReplyBody, ...repeatableRequest }),
  z.object({ reply: savedReply, ...replayable }),
);

/** Throws `saved_reply_not_found`, `saved_reply_exists`. */
export const updateSavedReply = call(
  "update_saved_reply",
  z.object({ ...owned, body: updateSavedReplyBody }),
  z.object({ reply: savedReply }),
);

/** Throws `saved_reply_not_found`. */
export const deleteSavedReply = call("delete_saved_reply", z.object(owned), z.object({}));
