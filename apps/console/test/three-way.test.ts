import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergedText, mergeTexts } from "../src/agents/merge/three-way.js";

const base = "agent:\n  name: Desk\nworkflow:\n  prompt: Be kind.\n  nodes:\n    - id: a\n    - id: b\n";
const conflictsOf = (mine: string, theirs: string, from = base) =>
  mergeTexts({ base: from, mine, theirs }).filter(({ type }) => type === "conflict");
const together = (mine: string, theirs: string, from = base, chosen: (string | undefined)[] = []) =>
  mergedText(mergeTexts({ base: from, mine, theirs }), chosen);

describe("two texts with a common ancestor", () => {
  it("are merged where they changed different places or made the same change", () => {
    const mine = base.replace("Be kind.", "Be brief.");
    const theirs = `# from above\n${base.replace("    - id: b\n", "    - id: b\n    - id: c\n")}`;
    expect(conflictsOf(mine, theirs)).toEqual([]);
    expect(together(mine, theirs)).toBe(theirs.replace("Be kind.", "Be brief."));
    expect(conflictsOf(mine, mine)).toEqual([]);
    expect(together(mine, mine)).toBe(mine);
  });

  it("show all three versions of a conflict, and take what is chosen or typed there", () => {
    const [mine, theirs] = [base.replace("Be kind.", "Be brief."), base.replace("Be kind.", "Be gentle.")];
    expect(conflictsOf(mine, theirs)).toEqual([
      {
        type: "conflict",
        base: "  prompt: Be kind.",
        mine: "  prompt: Be brief.",
        theirs: "  prompt: Be gentle.",
        line: 4,
      },
    ]);
    expect(together(mine, theirs)).toBe(mine);
    expect(together(mine, theirs, base, ["  prompt: Be gentle."])).toBe(theirs);
    expect(together(mine, theirs, base, ["  prompt: Both."])).toBe(base.replace("Be kind.", "Both."));
    expect(together(mine, theirs, base, [""])).toBe(base.replace("  prompt: Be kind.\n", ""));
  });

  it("lose no line that either of them has added", () => {
    const line = fc.constantFrom("a", "b", "c", "  d", "", "# e");
    const text = fc.array(line, { maxLength: 12 }).map((lines) => lines.join("\n"));
    fc.assert(
      fc.property(text, text, text, (from, mine, theirs) => {
        const parts = mergeTexts({ base: from, mine, theirs });
        const shown = new Set(
          parts.flatMap((part) =>
            part.type === "settled" ? part.lines : [part.mine, part.theirs].flatMap((side) => side.split("\n")),
          ),
        );
        const before = new Set(from.split("\n"));
        for (const written of [mine, theirs].flatMap((side) => side.split("\n")))
          if (!before.has(written)) expect(shown).toContain(written);
        // Where the other side is as it was, one's own text stands as it is.
        expect(mergedText(mergeTexts({ base: from, mine, theirs: from }), [])).toBe(mine);
        expect(mergedText(mergeTexts({ base: from, mine: from, theirs }), [])).toBe(theirs);
      }),
    );
  });
});
