import type { SessionReview } from "@parley/contracts";
import { part } from "./address.js";
import type { Caller } from "./call.js";

export interface Verdict {
  verdict: "good" | "wrong";
  turn: number | null;
  expected: string | null;
  note: string | null;
}

/** Reviews of conversations by the team. */
export function reviewCalls(call: Caller) {
  const at = (session: string): string => `/sessions/${part(session)}/review`;
  return {
    review: (session: string) => call<{ review: SessionReview | null }>(at(session)),
    /** `name` is the reviewer's name for the rest of the team; empty = none. */
    giveReview: (session: string, verdict: Verdict, name: string) =>
      call<SessionReview>(at(session), { method: "PUT", body: name === "" ? verdict : { ...verdict, name } }),
    removeReview: (session: string) => call(at(session), { method: "DELETE" }),
  };
}
