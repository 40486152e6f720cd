import type { replaySessionBody, SessionReplay } from "@parley/contracts";
import { part } from "./address.js";
import type { Caller } from "./call.js";

export type ReplayBody = (typeof replaySessionBody)["_output"];
export type ReplayedSession = SessionReplay;

/** Each turn calls a model. */
const LONG_MS = 60_000;

/** Replays of a recorded conversation. */
export const replayCalls = (call: Caller) => ({
  replaySession: (session: string, body: ReplayBody) =>
    call<ReplayedSession>(`/sessions/${part(session)}/replay`, { method: "POST", body, timeoutMs: LONG_MS }),
});
