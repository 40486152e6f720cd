import { markdownBlocks } from "@parley/web-kit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlain } from "../src/text/formatter.js";

const PIECES = [
  ..."*_`~[]()<>#|!&@\\+-=.:/'\"\n\t 19é",
  "word",
  "www.",
  "https://x.example",
  "a@b.example",
  "&amp;",
  "1.",
];

describe("a text that needs no formatter", () => {
  it("is a single paragraph of plain words for the formatter too", () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }), (pieces) => {
        const text = pieces.join("");
        if (!isPlain(text) || text === "") return;
        plain += 1;
        const words = expect.objectContaining({ type: "text", raw: text });
        expect(markdownBlocks(text)).toEqual([expect.objectContaining({ type: "paragraph", tokens: [words] })]);
      }),
      { numRuns: 5_000 },
    );
    expect(plain).toBeGreaterThan(200);
  });

  it("is what most greetings are", () => {
    expect(isPlain("Hi, I’m Ivy (24 hours a day)! How can I help – 1st or 2nd visit?")).toBe(true);
    expect(
      ["**Hi**", "1. One", "- one", "See https://x.example", "two\nlines", "write to a@b.example"].filter(isPlain),
    ).toEqual([]);
  });
});
