import type { DeadLetter } from "../api/dead-letter-calls.js";
import { Status, type Tone } from "../ui/status.js";

export const STATES: Record<DeadLetter["status"], { word: string; tone: Tone }> = {
  waiting: { word: "Waiting", tone: "warn" },
  replaying: { word: "On its way", tone: "accent" },
  replayed: { word: "Answered", tone: "good" },
  failed: { word: "Failed again", tone: "problem" },
};

export function DeadLetterState({ status }: Pick<DeadLetter, "status">) {
  return <Status tone={STATES[status].tone}>{STATES[status].word}</Status>;
}

export const inWords = (code: string): string => code.replaceAll("_", " ");
