import type { LiveEntry } from "@parley/contracts";
import type { LiveStreams } from "@parley/redis";

export interface LiveWriter {
  status(label: string): void;
  /** Text that continues part `part`. */
  append(part: number, text: string): void;
  /** The finished text of a part: replaces what was streamed when it differs. */
  finish(part: number, text: string): void;
  /** What was streamed of a part so far. */
  said(part: number): string;
  /** Stops the timer and hands over what is still joined: it travels with the events of the commit, in one call. */
  close(): LiveEntry[];
}

/**
 * Streams one attempt of one turn. Deltas are joined for `windowMs` so that a fast model costs one message per window, not one per
 * token; each says where it stands (`at`, in UTF-16 units), so readers may apply it twice. Losable: the committed message decides.
 */
export function createLiveWriter(
  live: LiveStreams,
  sessionId: string,
  turnId: string,
  attempt: number,
  windowMs: number,
): LiveWriter {
  const sent: string[] = [];
  let entries: LiveEntry[] = [];
  let open: { part: number; at: number; text: string } | null = null;
  let timer: NodeJS.Timeout | null = null;

  const seal = (): void => {
    if (open && open.text !== "")
      entries.push({ type: "delta", turn_id: turnId, attempt, part: open.part, at: open.at, text: open.text });
    open = null;
  };
  const flush = (): void => {
    timer = null;
    seal();
    if (entries.length === 0) return;
    const batch = entries;
    entries = [];
    void live.publish(sessionId, batch);
  };
  const schedule = (): void => {
    timer ??= setTimeout(flush, windowMs);
  };
  const append = (part: number, text: string): void => {
    const before = sent[part] ?? "";
    if (open?.part !== part) {
      seal();
      open = { part, at: before.length, text: "" };
    }
    open.text += text;
    sent[part] = before + text;
    schedule();
  };
  return {
    append,
    status(label) {
      seal();
      entries.push({ type: "status", turn_id: turnId, attempt, label });
      schedule();
    },
    finish(part, text) {
      if (sent[part] === text) return;
      seal();
      sent[part] = "";
      open = { part, at: 0, text: "" };
      append(part, text);
    },
    said: (part) => sent[part] ?? "",
    close() {
      if (timer) clearTimeout(timer);
      seal();
      return entries;
    },
  };
}
