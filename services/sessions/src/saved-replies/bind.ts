import { createSavedReply, deleteSavedReply, listSavedReplies, updateSavedReply } from "@parley/contracts";
import type { SessionsDeps } from "../deps.js";
import * as manage from "./manage-replies.js";

/** Serves the saved replies of the team. */
export function bindSavedReplies(deps: SessionsDeps): void {
  const bound = { maxInFlight: deps.config.SESSIONS_MAX_IN_FLIGHT };
  deps.bus.serve(listSavedReplies, manage.listRepliesHandler(deps), bound);
  deps.bus.serve(createSavedReply, manage.createReplyHandler(deps), bound);
  deps.bus.serve(updateSavedReply, manage.updateReplyHandler(deps), bound);
  deps.bus.serve(deleteSavedReply, manage.deleteReplyHandler(deps), bound);
}
