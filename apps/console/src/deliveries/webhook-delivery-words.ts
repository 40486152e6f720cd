import type { Delivery } from "../api/answers.js";
import type { Tone } from "../ui/status.js";

export const WEBHOOK_STATES: Record<Delivery["status"], { word: string; tone: Tone }> = {
  pending: { word: "Waiting", tone: "warn" },
  delivered: { word: "Delivered", tone: "good" },
  failed: { word: "Failed", tone: "problem" },
  cancelled: { word: "Cancelled", tone: "neutral" },
};

/** The outcome of an attempt, in words; the HTTP status is shown beside it. */
const OUTCOMES: Readonly<Record<string, string>> = {
  delivered: "Taken",
  status: "Answered with an error",
  timeout: "No answer in time",
  refused: "Not sent: address or secret cannot be used",
  unreachable: "Could not be reached",
  too_large: "The answer was too long",
};

/** Of the last attempt. */
export function outcomeOf({ outcome, response_status: status, response_ms: ms }: Delivery): string {
  if (outcome === null) return "No attempt yet";
  const word = OUTCOMES[outcome] ?? outcome.replaceAll("_", " ");
  return status === null ? word : `${status}${ms === null ? "" : `, ${ms.toLocaleString()} ms`}`;
}
