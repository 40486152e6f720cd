import type { SessionEvent } from "@parley/contracts";
import { describe, expect, it } from "vitest";
import { EventTail } from "../src/streams/event-tail.js";

const event = (offset: number, content = "x"): SessionEvent => ({
  offset,
  type: "message",
  payload: { role: "user", content },
  created_at: "2026-01-01T00:00:00.000Z",
});
const range = (from: number, to: number): SessionEvent[] =>
  Array.from({ length: to - from + 1 }, (_, n) => event(from + n));
const offsets = (tail: EventTail, after: number): number[] | null =>
  tail.after(after, Number.POSITIVE_INFINITY)?.map((entry) => entry.event.offset) ?? null;

describe("the newest events in memory", () => {
  it("are returned after any offset that they cover, never with a gap", () => {
    const tail = new EventTail(1, 10);
    expect([offsets(tail, 10), offsets(tail, 9)]).toEqual([[], null]);
    for (const next of range(11, 14)) tail.push(next);
    expect([offsets(tail, 10), offsets(tail, 12), offsets(tail, 14)]).toEqual([[11, 12, 13, 14], [13, 14], []]);
    expect(() => tail.push(event(16))).toThrow();
    tail.prepend(range(4, 8));
    expect(offsets(tail, 8)).toBeNull();
    tail.prepend(range(8, 12));
    expect([offsets(tail, 7), offsets(tail, 6)]).toEqual([[8, 9, 10, 11, 12, 13, 14], null]);
  });

  it("are bounded in number, size and age; the newest always stays", () => {
    const tail = new EventTail(1, 0);
    for (const next of range(1, 1_000)) tail.push(next);
    expect([offsets(tail, 0), offsets(tail, 744)?.length]).toEqual([null, 256]);
    for (const next of [1_001, 1_002, 1_003]) tail.push(event(next, "y".repeat(120_000)));
    expect([offsets(tail, 1_000), offsets(tail, 1_001)]).toEqual([null, [1_002, 1_003]]);
    tail.push(event(1_004, "z".repeat(400_000)));
    expect(offsets(tail, 1_003)).toEqual([1_004]);
    tail.trim(performance.now() + 31_000);
    expect([offsets(tail, 1_004), offsets(tail, 1_003), tail.head]).toEqual([[], null, 1_004]);
  });

  it("are returned in pieces of at least one event, so that a reader's buffer is not flooded", () => {
    const tail = new EventTail(1, 0);
    for (let n = 1; n <= 4; n += 1) tail.push(event(n, "y".repeat(40_000)));
    expect(tail.after(0, 65_536)?.map((entry) => entry.event.offset)).toEqual([1, 2]);
    expect(tail.after(2, 10)?.map((entry) => entry.event.offset)).toEqual([3]);
  });

  it("are serialised once for all readers of an audience", () => {
    const tail = new EventTail(7, 2);
    const entry = tail.push(event(3, "hello"));
    expect(tail.frameOf(entry, "visitor")?.sse).toMatch(
      /^id: 7-3\nevent: message\ndata: \{.*"content":"hello".*\}\n\n$/,
    );
    expect(entry.frames.visitor).toBe(tail.frameOf(entry, "visitor"));
    const hidden = tail.push({ ...event(4), type: "transition" });
    expect([tail.frameOf(hidden, "visitor"), typeof tail.frameOf(hidden, "api")?.sse]).toEqual([null, "string"]);
  });
});
