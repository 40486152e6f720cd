import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../src/agents/diff/line-diff.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const names = { before: "a", after: "b" };

/** Applies a unified diff; throws where it does not fit. */
function patch(before: string, diff: string): string {
  if (diff === "") return before;
  const lines = before.split("\n");
  const out: string[] = [];
  let at = 0;
  for (const hunk of diff.split(/^(?=@@ )/m).slice(1)) {
    const [head = "", ...body] = hunk.replace(/\n$/, "").split("\n");
    const [, start = "0", length = "0"] = /^@@ -(\d+),(\d+) /.exec(head) ?? [];
    const from = Number(length) === 0 ? Number(start) : Number(start) - 1;
    out.push(...lines.slice(at, from));
    at = from;
    for (const line of body) {
      if (line[0] === "+") out.push(line.slice(1));
      else {
        expect(lines[at]).toBe(line.slice(1));
        if (line[0] === " ") out.push(line.slice(1));
        at += 1;
      }
    }
  }
  return [...out, ...lines.slice(at)].join("\n");
}

describe("a unified diff", () => {
  it("turns the first text into the second, for any two texts", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "c", "{", "}"), { minLength: 1, maxLength: 40 })
      .map((l) => l.join("\n"));
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(patch(a, unifiedDiff(a, b, names))).toBe(b);
      }),
      { numRuns: 500 },
    );
  });

  it("shows three lines of context around a change and joins nearby changes", () => {
    const lines = Array.from({ length: 40 }, (_, n) => `line ${n}`);
    const other = lines.map((line, n) => (n === 5 || n === 9 || n === 30 ? `${line}!` : line));
    const diff = unifiedDiff(lines.join("\n"), other.join("\n"), names).split("\n");
    expect(diff.slice(0, 3)).toEqual(["--- a", "+++ b", "@@ -3,11 +3,11 @@"]);
    expect(diff.filter((line) => line.startsWith("@@"))).toEqual(["@@ -3,11 +3,11 @@", "@@ -28,7 +28,7 @@"]);
    expect(diff.filter((line) => line.startsWith("-line"))).toEqual(["-line 5", "-line 9", "-line 30"]);
  });

  it("stays fast for long texts that have nothing in common", () => {
    const [a, b] = ["a", "b"].map((word) => Array.from({ length: 8_000 }, (_, n) => `${word}${n}`).join("\n"));
    const startedAt = performance.now();
    expect(patch(a ?? "", unifiedDiff(a ?? "", b ?? "", names))).toBe(b);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
