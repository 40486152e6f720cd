import type { Followed } from "@parley/bus";
import type { LiveEntry } from "@parley/contracts";
import type { LiveStreams } from "@parley/redis";

/** Where live entries go, and whether anybody reads them. */
export type LiveChannel = Pick<LiveStreams, "publish"> & Pick<Followed, "has" | "onFollow">;

export interface LiveWriter {
  status(label: string): void;
  /** Text that continues part `part`. */
  append(part: number, text: string): void;
  /** The finished text of a part: replaces what was streamed when it differs. */
  finish(part: number, text: string): void;
  /** The text of a part streamed so far. */
  said(part: number): string;
  /** Ends the stream and returns what readers do not have yet, to be sent with the events of the commit in one call. */
  close(): LiveEntry[];
}

/**
 * Streams one attempt of one turn. Text is published at once, then again `windowMs` later, so that a fast model costs one message per
 * window, not one per token, and a slow one makes nobody wait. Each delta gives its position (`at`, in UTF-16 units), so readers may
 * apply it twice. While nobody follows the session nothing is published; the first reader gets the earlier text at once. Losable: the
 * committed message decides.
 */
export function createLiveWriter(
  live: LiveChannel,
  sessionId: string,
  turnId: string,
  attempt: number,
  windowMs: number,
): LiveWriter {
  const sent: string[] = [];
  let entries: LiveEntry[] = [];
  let open: { part: number; at: number; text: string } | null = null;
  let timer: NodeJS.Timeout | undefined;
  let atOnce: NodeJS.Immediate | undefined;
  let publishedAt = Number.NEGATIVE_INFINITY;
  let label: LiveEntry | null = null;
  /** Entries were skipped because nobody followed. */
  let skipped = false;

  const seal = (): void => {
    if (open && open.text !== "")
      entries.push({ type: "delta", turn_id: turnId, attempt, part: open.part, at: open.at, text: open.text });
    open = null;
  };
  const soFar = (): LiveEntry[] => {
    const parts = sent.map((text, part) => ({ type: "delta" as const, turn_id: turnId, attempt, part, at: 0, text }));
    return [...(label ? [label] : []), ...parts.filter(({ text }) => text !== "")];
  };
  /** What readers do not have yet. */
  const take = (): LiveEntry[] => {
    clearTimeout(timer);
    clearImmediate(atOnce);
    timer = atOnce = undefined;
    seal();
    const batch = skipped ? soFar() : entries;
    entries = [];
    skipped = !live.has(sessionId) && batch.length > 0;
    return skipped ? [] : batch;
  };
  const flush = (): void => {
    const batch = take();
    if (batch.length === 0) return;
    publishedAt = performance.now();
    void live.publish(sessionId, batch);
  };
  const schedule = (waitMs: number): void => {
    if (!live.has(sessionId)) skipped = true;
    // After everything that arrived together: an unstreamed reply is sent with its commit.
    else if (waitMs <= 0) atOnce ??= setImmediate(flush);
    else timer ??= setTimeout(flush, waitMs);
  };
  const unfollow = live.onFollow(sessionId, () => {
    if (skipped) flush();
  });
  const append = (part: number, text: string): void => {
    const before = sent[part] ?? "";
    if (open?.part !== part) {
      seal();
      open = { part, at: before.length, text: "" };
    }
    open.text += text;
    sent[part] = before + text;
    schedule(publishedAt + windowMs - performance.now());
  };
  return {
    append,
    status(text) {
      seal();
      label = { type: "status", turn_id: turnId, attempt, label: text };
      entries.push(label);
      schedule(windowMs);
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
      unfollow();
      return take();
    },
  };
}
