import type { DeliveryRecipient, LinkDelivery } from "../api/sending-calls.js";
import type { Tone } from "../ui/status.js";

/** The state of one recipient, in the words of this page. */
export const RECIPIENT: Record<DeliveryRecipient["status"], { word: string; tone: Tone }> = {
  pending: { word: "Queued", tone: "accent" },
  sent: { word: "Sent", tone: "good" },
  failed: { word: "Failed", tone: "problem" },
  suppressed: { word: "Wants no more", tone: "warn" },
  limited: { word: "Daily limit reached", tone: "warn" },
  in_doubt: { word: "Not known", tone: "warn" },
  cancelled: { word: "Cancelled", tone: "neutral" },
};

export const DELIVERY: Record<LinkDelivery["status"], { word: string; tone: Tone }> = {
  sending: { word: "Sending", tone: "accent" },
  done: { word: "Done", tone: "good" },
  cancelled: { word: "Cancelled", tone: "neutral" },
};

/** A finished delivery that did not reach everybody is not simply done. */
export function stateOf({ status, counts }: LinkDelivery): { word: string; tone: Tone } {
  const missed = counts.failed + counts.in_doubt;
  if (status === "done" && missed > 0) return { word: `${missed.toLocaleString()} not reached`, tone: "problem" };
  return DELIVERY[status];
}

const OUTCOMES: Readonly<Record<string, string>> = {
  mailbox: "In the development mailbox: no mail server is configured",
  timeout: "The provider did not answer in time",
  unreachable: "The provider could not be reached",
};

/** The reason of the outcome, or what the person did with their own link. */
export function detailOf({ status, outcome, opened, chatted, completed }: DeliveryRecipient): string {
  if (completed) return "Conversation finished";
  if (chatted) return "Wrote on their link";
  if (opened) return "Opened, nothing written yet";
  if (status === "in_doubt") return "It may have arrived; look before you send again";
  if (outcome !== null) return OUTCOMES[outcome] ?? outcome.replaceAll("_", " ");
  return status === "sent" && chatted === false ? (opened === false ? "Not opened yet" : "Not used yet") : "";
}
