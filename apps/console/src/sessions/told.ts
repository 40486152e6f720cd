import type { SessionNote } from "@parley/contracts";
import type { Escalation, Session } from "../api/answers.js";
import type { TranscriptMessage } from "./transcript.js";

/** An entry between messages: an event of the conversation that is not a message. */
export interface Mark {
  key: string;
  at: string;
  tone: "neutral" | "warn" | "good" | "problem";
  text: string;
  /** Text of a person: why they asked, their handover note, their comment. */
  words: string | null;
}

export type Told =
  | { type: "day"; key: string; at: string }
  | { type: "mark"; key: string; mark: Mark }
  | { type: "note"; key: string; note: SessionNote }
  /** `last`: of its turn, whose trace unfolds below it. */
  | { type: "message"; key: string; message: TranscriptMessage; last: boolean };

const NO_NOTES: readonly SessionNote[] = [];

/** Messages, marks and notes of the team in chronological order, each day named once. */
export function toldInOrder(
  messages: readonly TranscriptMessage[],
  marks: readonly Mark[],
  notes: readonly SessionNote[] = NO_NOTES,
): Told[] {
  const told: Told[] = [];
  const waiting = [...marks.map(markTold), ...notes.map(noteTold)].sort((one, other) => one.at - other.at);
  let day = "";
  const tell = (at: string, entry: Told): void => {
    const today = new Date(at).toDateString();
    if (today !== day) told.push({ type: "day", key: `day ${entry.key}`, at });
    day = today;
    told.push(entry);
  };
  const tellNext = (): void => {
    const next = waiting.shift();
    if (next !== undefined) tell(new Date(next.at).toISOString(), next.told);
  };
  for (const [index, message] of messages.entries()) {
    while (waiting[0] !== undefined && waiting[0].at < Date.parse(message.createdAt)) tellNext();
    const last = messages[index + 1]?.turnId !== message.turnId;
    tell(message.createdAt, { type: "message", key: message.key, message, last });
  }
  while (waiting.length > 0) tellNext();
  return told;
}

interface Placed {
  at: number;
  told: Told;
}
const markTold = (mark: Mark): Placed => ({ at: Date.parse(mark.at), told: { type: "mark", key: mark.key, mark } });
const noteTold = (note: SessionNote): Placed => ({
  at: Date.parse(note.created_at),
  told: { type: "note", key: note.id, note },
});

const ASKED: Record<Escalation["source"], string> = {
  visitor: "The visitor asked for a person",
  api: "Your backend asked for a person",
  workflow: "The workflow asked for a person",
  failed_turns: "A person was asked for, because the agent kept failing",
  sentiment: "A person was asked for, because the visitor sounded upset",
  limits: "A person was asked for, because no messages were left",
  operator: "A person stepped in",
};
const ENDED: Record<NonNullable<Escalation["outcome"]>, string> = {
  resolved: "Marked as resolved",
  handed_back: "Handed back to the agent",
  session_ended: "The conversation ended before it was resolved",
  cancelled: "The visitor no longer wanted a person",
};

/** When a human was requested, came, and left; and the visitor's rating of the conversation. */
export function marksOf(escalations: readonly Escalation[], feedback: Session["feedback"]): Mark[] {
  const marks = escalations.flatMap(marksOfEscalation);
  if (!feedback) return marks;
  const tone = feedback.rating <= 2 ? "problem" : "good";
  const text = `The visitor rated the conversation ${feedback.rating} of 5`;
  return [...marks, { key: "rating", at: feedback.updated_at, tone, text, words: feedback.text }];
}

function marksOfEscalation(escalation: Escalation): Mark[] {
  const { id, source, reason, assigned_at: assignedAt, assigned_name: name, outcome } = escalation;
  const marks: Mark[] = [
    { key: `${id} asked`, at: escalation.created_at, tone: "warn", text: ASKED[source], words: reason },
  ];
  if (assignedAt !== null) {
    marks.push({
      key: `${id} taken`,
      at: assignedAt,
      tone: "neutral",
      text: `${name ?? "A person"} took over`,
      words: null,
    });
  }
  if (escalation.resolved_at !== null) {
    const text = ENDED[outcome ?? "resolved"];
    const tone = outcome === "handed_back" || outcome === "resolved" ? "good" : "neutral";
    marks.push({ key: `${id} ended`, at: escalation.resolved_at, tone, text, words: escalation.summary });
  }
  return marks;
}
