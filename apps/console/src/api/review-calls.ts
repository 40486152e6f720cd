import type { SessionReview } from "@parley/contracts";
import { part } from "./address.js";
import type { Caller } from "./call.js";

export interface Verdict {
  verdict: "good" | "wrong";
  turn: number | null;
  expected: string | null;
  note: string | null;
}

/** What the team thinks of a conversation. */
export function reviewCalls(call: Caller) {
  const at = (session: string): string => `/sessions/${part(session)}/review`;
  return {
    review: (session: string) => call<{ review: SessionReview | null }>(at(session)),
    /** `name` is how others of the team read who gave it; empty = nothing. */
    giveReview: (session: string, verdict: Verdict, name: string) =>
      call<SessionReview>(at(session), { method: "PUT", body: name === "" ? verdict : { ...verdict, name } }),
    removeReview: (session: string) => call(at(session), { method: "DELETE" }),
  };
}
