import type { ListedSession } from "../api/session-list-calls.js";

/** Why a conversation should be reviewed, as the beginning of a sentence. */
export function reasonOf(row: ListedSession): string {
  const reasons = [
    row.rating !== null && row.rating <= 2 && `rated ${row.rating} of 5`,
    row.thumbs_down > 0 && "thumbs down",
    row.failed_turns > 0 && "a turn failed",
    row.escalated && "asked for a person",
  ].filter((reason) => reason !== false);
  const told = reasons.length > 0 ? reasons.join(", ") : "one of the sample";
  return told.charAt(0).toUpperCase() + told.slice(1);
}
