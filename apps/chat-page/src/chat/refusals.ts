import type { Entry, Refusal } from "../net/api.js";
import type { LinkInfo } from "../net/link-info.js";
import type { Screen } from "./chat-state.js";

/** Codes that name a step of the entry check that is still missing. */
const ENTRY_CODES: ReadonlySet<string> = new Set([
  "pin_required",
  "pin_wrong",
  "consent_required",
  "proof_required",
  "verification_required",
]);

const PLACE_CODES: ReadonlySet<string> = new Set(["address_not_allowed", "country_not_allowed", "origin_not_allowed"]);

const CROWD_CODES: ReadonlySet<string> = new Set(["concurrent_sessions_exhausted", "budget_busy", "rate_limited"]);

export const needsEntryCheck = (link: LinkInfo): boolean =>
  link.pinRequired || link.consentText !== null || link.requireEmail || link.proofRequired;

/** Whether the refusal is about a step that the visitor can take. */
export function isEntryRefusal(answer: Refusal, given: Entry): boolean {
  if (answer.type === "unreachable") return false;
  // Wrong PINs are counted; when one was given, the wait belongs to its field.
  return ENTRY_CODES.has(answer.code) || (answer.code === "rate_limited" && given.pin !== undefined);
}

export const isWrongPlace = (code: string): boolean => PLACE_CODES.has(code);

/** Nothing is broken, there is just no capacity at the moment. */
const isCrowd = (answer: Refusal): boolean => answer.type === "refused" && CROWD_CODES.has(answer.code);

/** The agent has no version that can answer, for now. */
const isUnavailable = (answer: Refusal): boolean => answer.type === "refused" && answer.code === "agent_unavailable";

/** The screen for a refusal that may pass: nothing is broken, or the cause is unknown. */
export function passingScreen(answer: Refusal): Screen {
  if (isCrowd(answer)) return { type: "busy" };
  if (isUnavailable(answer)) return { type: "unavailable" };
  return { type: "trouble", requestId: answer.type === "refused" ? answer.requestId : null };
}

/** The screen for a permanent refusal; null = it may work later. */
export function finalScreen(answer: Refusal): Screen | null {
  if (answer.type === "unreachable" || answer.status >= 500) return null;
  if (answer.code === "sessions_exhausted") return { type: "full" };
  if (answer.code === "budget_exhausted") return { type: "usedUp" };
  if (isWrongPlace(answer.code)) return { type: "wrongPlace" };
  if (answer.status === 410) return { type: "expired" };
  return [408, 409, 429].includes(answer.status) ? null : { type: "invalid" };
}
