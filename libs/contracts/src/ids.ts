import { v7 } from "uuid";

/** A new row id: UUIDv7, so that ids grow with time and new rows stay together in an index. */
export const newId = (): string => v7();

/** Turn ids name their row: `<conversation id>.<seq>`. */
export const turnIdOf = (conversationId: string, seq: number): string => `${conversationId}.${seq}`;

/** The sequence number in a turn id, or null when the text is none. */
export function turnSeqOf(turnId: string): number | null {
  const match = /^[0-9a-f-]{36}\.([1-9]\d{0,9})$/.exec(turnId);
  return match?.[1] === undefined ? null : Number(match[1]);
}
