import { currentTraceId, withOwnTrace } from "@parley/observability";
import { describe, expect, it } from "vitest";
import { createTurnTraces } from "../src/runner/turn-traces.js";

const FIRST = "1".repeat(32);
const SECOND = "2".repeat(32);
const within = <T>(traceId: string, fn: () => T): T => withOwnTrace(null, fn, traceId);
const turn = (seq: number) => ({ sessionId: "text_x", seq });

describe("the trace of a turn", () => {
  it("is that of its own message, even when an earlier message started the loop of its session", async () => {
    const traces = createTurnTraces();
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const second = within(SECOND, () => traces.during(turn(2), () => held));
    const seen = await within(FIRST, () =>
      traces.during(turn(1), async () => [
        await traces.run(turn(1), async () => currentTraceId()),
        await traces.run(turn(2), async () => currentTraceId()),
      ]),
    );
    release();
    await second;
    expect(seen).toEqual([FIRST, SECOND]);
  });

  it("is new when no wake-up brought it, never that of the previous message", async () => {
    const traces = createTurnTraces();
    const lane = () => traces.run(turn(2), async () => currentTraceId());
    const [seen, other] = await within(FIRST, () => traces.during(turn(1), async () => [await lane(), await lane()]));
    expect(seen).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set([seen, other, FIRST]).size).toBe(3);
  });

  it("is forgotten with its wake-up, whatever the outcome", async () => {
    const traces = createTurnTraces();
    await expect(
      within(FIRST, () => traces.during(turn(1), () => Promise.reject(new Error("failed")))),
    ).rejects.toThrow("failed");
    expect(await traces.run(turn(1), async () => currentTraceId())).not.toBe(FIRST);
  });
});
