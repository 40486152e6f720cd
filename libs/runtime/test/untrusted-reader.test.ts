import { eventually } from "@parley/testkit";
import { afterEach, describe, expect, it } from "vitest";
import { createUntrustedReader, type UntrustedReader } from "../src/index.js";

const entry = new URL("./fixtures/read-anything.ts", import.meta.url);
const MB = 1_048_576;
const limits = { timeoutMs: 20_000, wallMs: 40_000, memoryBytes: 400 * MB, answerBytes: MB };
const readers: UntrustedReader[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.stop();
});

function reader(more: Partial<typeof limits> & { atOnce?: number; waitMs?: number } = {}): UntrustedReader {
  const { atOnce = 2, waitMs = 60_000, ...rest } = more;
  const made = createUntrustedReader({ entry, limits: { ...limits, ...rest }, atOnce, waitMs });
  readers.push(made);
  return made;
}
const text = Buffer.from("what a stranger wrote 🦭");

describe("untrusted input", () => {
  it("is read in a process without this one's environment, and errors are returned as thrown", async () => {
    process.env.A_PASSWORD = "hunter2";
    const read = await reader().read(text, ["echo"]);
    delete process.env.A_PASSWORD;
    expect(read).toEqual({ text: "what a stranger wrote 🦭", environment: expect.not.arrayContaining(["A_PASSWORD"]) });
    await expect(reader().read(text, ["refuse"])).rejects.toMatchObject({
      code: "invalid_document",
      errors: [{ pointer: "/document", rule: "yaml", message: "no" }],
    });
    await expect(reader().read(text, ["else"])).rejects.toMatchObject({ code: "internal" });
  });

  it.each([
    ["runs without end", "spin", { timeoutMs: 3_000 }],
    ["fills memory outside of the heap", "grow-outside-of-the-heap", {}],
    ["fills the heap", "grow-the-heap", {}],
    ["answers more than was agreed", "say-too-much", {}],
  ])("is given up when it %s, and this process neither waits nor grows meanwhile", async (_, what, more) => {
    const before = process.memoryUsage.rss();
    let longestGapMs = 0;
    let last = performance.now();
    const ticks = setInterval(() => {
      longestGapMs = Math.max(longestGapMs, performance.now() - last);
      last = performance.now();
    }, 10);
    await expect(reader(more).read(text, [what])).rejects.toMatchObject({ code: "input_too_costly", status: 422 });
    clearInterval(ticks);
    expect(longestGapMs).toBeLessThan(1_500);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * MB);
  });

  it("is refused as overload, with a retry time, when its process got too little CPU time", async () => {
    const refused = reader({ wallMs: 3_000 }).read(text, ["idle"]);
    await expect(refused).rejects.toMatchObject({ code: "overloaded", status: 503, retryAfterSeconds: 10 });
  });

  it("waits for a free process, and is refused when none is free in time or all are stopped", async () => {
    const busy = reader({ atOnce: 1, waitMs: 500 });
    const first = busy.read(text, ["spin"]).catch((error: unknown) => error);
    await expect(busy.read(text, ["echo"])).rejects.toMatchObject({ code: "overloaded" });
    const patient = reader({ atOnce: 1 });
    const both = await Promise.all([patient.read(text, ["echo"]), patient.read(text, ["echo"])]);
    expect(both).toHaveLength(2);
    // Until it is up, a process does not know what the signal is for; then it ends at once.
    busy.stop();
    await eventually(async () => expect(await first).toMatchObject({ code: "not_ready" }));
    await expect(busy.read(text, ["echo"])).rejects.toMatchObject({ code: "not_ready" });
  });
});
