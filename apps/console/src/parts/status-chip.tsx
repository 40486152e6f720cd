import type { LinkStatus, SessionStatus } from "../api/answers.js";

export const STATUS_WORDS: Record<LinkStatus | SessionStatus, string> = {
  active: "Active",
  inactive: "Disabled",
  expired: "Expired",
  full: "Full",
  completed: "Completed",
  abandoned: "Abandoned",
  error: "Failed",
};

export function StatusChip({ status }: { status: LinkStatus | SessionStatus }) {
  return <span className={`chip ${status}`}>{STATUS_WORDS[status]}</span>;
}
