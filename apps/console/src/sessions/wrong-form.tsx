import type { SessionReview } from "@parley/contracts";
import { useState } from "react";
import type { Verdict } from "../api/review-calls.js";
import { Button } from "../ui/button.js";
import { Select } from "../ui/select.js";
import { TextArea } from "../ui/text-field.js";
import styles from "./review.module.css";

/** The agent's answer in a turn. */
export interface Answered {
  turn: number;
  words: string;
}

/** The number in the id of a turn. */
const turnOf = (turnId: string): number => Number(turnId.slice(turnId.lastIndexOf(".") + 1));

/** One line per turn, from messages oldest first. */
export function answersOf(messages: readonly { turnId: string; role: string; content: string }[]): Answered[] {
  const byTurn = new Map<number, string>();
  for (const { turnId, role, content } of messages) {
    if (role !== "assistant") continue;
    const turn = turnOf(turnId);
    byTurn.set(turn, [byTurn.get(turn), content].filter(Boolean).join(" "));
  }
  return [...byTurn].map(([turn, words]) => ({ turn, words }));
}

const SHORT = 60;
const shorten = (words: string): string => {
  const line = words.replaceAll(/\s+/g, " ").trim();
  return line.length > SHORT ? `${line.slice(0, SHORT).trim()}…` : line;
};

interface WrongProps {
  answers: readonly Answered[];
  review: SessionReview | null;
  busy: boolean;
  onGive(verdict: Verdict): void;
  onClose(): void;
}

/** Which answer was wrong, and what the right one would have been. */
export function WrongForm({ answers, review, busy, onGive, onClose }: WrongProps) {
  const before = review?.verdict === "wrong" ? review : null;
  const [turn, setTurn] = useState(String(before?.turn ?? answers.at(-1)?.turn ?? ""));
  const [expected, setExpected] = useState(before?.expected ?? "");
  const [note, setNote] = useState(review?.note ?? "");
  const options = answers.map((one) => ({ value: String(one.turn), label: `${one.turn}: ${shorten(one.words)}` }));
  const orNull = (words: string): string | null => (words.trim() === "" ? null : words);
  return (
    <div className={styles.form}>
      {options.length > 0 && (
        <Select label="Which answer went wrong" options={options} value={turn} onChange={setTurn} />
      )}
      {options.length > 0 && (
        <TextArea
          label="Expected reply"
          help="A test made of the conversation expects these words, or a longer text with them."
          maxLength={10_000}
          value={expected}
          onChange={setExpected}
        />
      )}
      <TextArea label="Note for the team" maxLength={4_000} value={note} onChange={setNote} />
      <div className={styles.actions}>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          busy={busy}
          onClick={() =>
            onGive({
              ...{ verdict: "wrong", turn: turn === "" ? null : Number(turn) },
              ...{ expected: turn === "" ? null : orNull(expected), note: orNull(note) },
            })
          }
        >
          Save the verdict
        </Button>
      </div>
    </div>
  );
}
