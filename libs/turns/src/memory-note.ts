import { withoutHidden } from "@parley/llm";
import { storableText } from "@parley/workflow";
import type { TurnRun } from "./turn-run.js";

/** Maximum characters per note, and notes per turn: the rest is only in the trace. */
const NOTE_CHARACTERS = 500;
const NOTES_PER_TURN = 5;

/** Records the note of a `write_user_memory:` action: one line without hidden characters. It is treated as data wherever it is read. */
export function keepNote(run: TurnRun, action: { nodeId: string; text: string }): void {
  const line = withoutHidden(storableText(action.text))
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim();
  run.logs.push({ node_id: action.nodeId, text: `write_user_memory: ${line}`, variables: null });
  if (line === "" || run.memoryNotes.length === NOTES_PER_TURN) return;
  run.memoryNotes.push([...line].slice(0, NOTE_CHARACTERS).join(""));
}
