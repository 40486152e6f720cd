import type { LiveEntry } from "@parley/contracts";
import { eventually } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { createLiveWriter } from "../src/live-writer.js";

/** So long that a test only ends in time when it waits for no window. */
const WINDOW_MS = 60_000;

function watched() {
  const published: LiveEntry[][] = [];
  const channel = {
    has: () => true,
    onFollow: () => () => undefined,
    publish: async (_: string, entries: LiveEntry[]) => void published.push(entries),
  };
  const texts = () =>
    published.map((entries) => entries.map((entry) => (entry.type === "delta" ? entry.text : entry.type)));
  return { texts, writer: (windowMs: number) => createLiveWriter(channel, "s", "t", 1, windowMs) };
}

describe("live output of a turn", () => {
  it("sends the status and the first words at once, and joins later ones", async () => {
    const { texts, writer } = watched();
    const live = writer(WINDOW_MS);
    live.status("thinking");
    live.append(0, "one ");
    live.append(0, "two ");
    await eventually(() => texts().length === 1);
    live.append(0, "three ");
    live.append(0, "four");
    expect(live.close()).toEqual([{ type: "delta", turn_id: "t", attempt: 1, part: 0, at: 8, text: "three four" }]);
    expect(texts()).toEqual([["status", "one two "]]);
  });

  it("sends words one by one when they are further apart than a window", async () => {
    const { texts, writer } = watched();
    const live = writer(1);
    for (const [index, word] of ["one ", "two ", "three"].entries()) {
      live.append(0, word);
      await eventually(() => texts().length === index + 1);
    }
    expect(live.close()).toEqual([]);
    expect(texts()).toEqual([["one "], ["two "], ["three"]]);
  });

  it("sends no extra message when the reply arrived at once", async () => {
    const { texts, writer } = watched();
    const live = writer(0);
    live.status("thinking");
    for (const word of ["one ", "two"]) live.append(0, word);
    await Promise.resolve();
    expect(live.close()).toHaveLength(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(texts()).toEqual([]);
  });
});
