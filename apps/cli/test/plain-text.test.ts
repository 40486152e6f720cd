import { describe, expect, it } from "vitest";
import { columnsOf, safeLine, safeText, wrapText } from "../src/plain-text.js";

describe("text printed to a terminal", () => {
  it("loses terminal control sequences, and nothing else", () => {
    expect(safeText("a\u001b[31mred\u001b[0m \u001b]0;title\u0007b\u001b]8;;http://x\u001b\\c")).toBe("ared bc");
    expect(safeText("one\r\ntwo\rthree\u0000\u009b31m\u202eevil")).toBe("one\ntwo\nthree31mevil");
    expect(safeText("Grüße, 你好, שלום 👩‍⚕️ ❤️")).toBe("Grüße, 你好, שלום 👩‍⚕️ ❤️");
    expect(safeLine("a\nb")).toBe("a b");
  });

  it("wraps between words, keeps empty lines and indents, and breaks a word only when it must", () => {
    expect(wrapText("one two three\n\n  - four five", 9)).toEqual(["one two", "three", "", "  - four", "five"]);
    expect(wrapText("abcdefghijklmnopqrst", 8)).toEqual(["abcdefgh", "ijklmnop", "qrst"]);
    for (const line of wrapText("你好世界你好世界 hello 👋👋👋👋👋👋", 10))
      expect(columnsOf(line)).toBeLessThanOrEqual(10);
  });

  it("counts what a terminal shows as one character once: accents, flags, families, keycaps", () => {
    for (const [text, columns] of [
      ["é", 1],
      ["🇩🇪", 2],
      ["👩‍⚕️", 2],
      ["👨‍👩‍👧", 2],
      ["⏱️", 2],
      ["©", 1],
      ["→✓", 2],
      ["한", 2],
      ["𠮷", 2],
    ] as const)
      expect([text, columnsOf(text)]).toEqual([text, columns]);
    // A break between them leaves each whole.
    expect(wrapText("👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️", 8)).toEqual(["👩‍⚕️👩‍⚕️👩‍⚕️👩‍⚕️", "👩‍⚕️"]);
  });
});
