import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createThinkingLabel, WORKING } from "../src/chat/thinking-label.js";

describe("thinking label", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("shows each label for at least half a second", () => {
    const label = createThinkingLabel();
    label.begin("thinking");
    vi.advanceTimersByTime(200);
    expect(label.shown.value).toBe("thinking");
    label.set("searching");
    vi.advanceTimersByTime(400);
    expect(label.shown.value).toBe("thinking");
    vi.advanceTimersByTime(100);
    expect(label.shown.value).toBe("searching");
    label.heard();
    vi.advanceTimersByTime(400);
    expect(label.shown.value).toBe("searching");
    vi.advanceTimersByTime(100);
    expect(label.shown.value).toBeNull();
  });

  it("shows nothing when text comes at once", () => {
    const label = createThinkingLabel();
    label.begin("thinking");
    vi.advanceTimersByTime(100);
    label.heard();
    vi.advanceTimersByTime(1_000);
    expect(label.shown.value).toBeNull();
  });

  it("says that it is still working after ten seconds of silence, until the answer is there", () => {
    const label = createThinkingLabel();
    label.begin("thinking");
    label.heard();
    vi.advanceTimersByTime(9_900);
    expect(label.shown.value).toBeNull();
    vi.advanceTimersByTime(300);
    expect(label.shown.value).toBe(WORKING);
    label.end();
    expect(label.shown.value).toBeNull();
    vi.advanceTimersByTime(20_000);
    expect(label.shown.value).toBeNull();
  });
});
