import type { LinkStatus, SessionStatus } from "../api/answers.js";
import { Status, type Tone } from "./status.js";

export const STATUS_WORDS: Record<LinkStatus | SessionStatus, string> = {
  active: "Active",
  inactive: "Disabled",
  expired: "Expired",
  full: "Full",
  completed: "Completed",
  abandoned: "Abandoned",
  error: "Failed",
};

const TONES: Partial<Record<LinkStatus | SessionStatus, Tone>> = {
  active: "good",
  expired: "warn",
  full: "warn",
  error: "problem",
};

/** The state of a link or a session. */
export function RecordStatus({ status }: { status: LinkStatus | SessionStatus }) {
  return <Status tone={TONES[status] ?? "neutral"}>{STATUS_WORDS[status]}</Status>;
}
