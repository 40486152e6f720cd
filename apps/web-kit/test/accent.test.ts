import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accentOf, sixDigits } from "../src/accent.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const PAGES = { light: "#fbfaf8", dark: "#161715" } as const;
const digits = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, "0")}`);

describe("the accent of a brand colour", () => {
  it("is readable for every brand colour, on light and dark pages", () => {
    fc.assert(
      fc.property(digits, fc.constantFrom("light", "dark"), (brand, scheme) => {
        const accent = accentOf(brand, scheme);
        expect(contrast(accent?.fill, accent?.onFill)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(accent?.ink, PAGES[scheme])).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  it("is the colour itself when that is readable already", () => {
    expect(accentOf("#0f6b60", "light")).toEqual({ fill: "#0f6b60", onFill: "#ffffff", ink: "#0f6b60" });
  });

  it("is null unless the colour has three or six hexadecimal digits", () => {
    expect(sixDigits("#aBc")).toBe("#aabbcc");
    for (const wrong of ["red", "#12345", "#1234567", "url(x)", "#00000g", ""]) {
      expect(accentOf(wrong, "light")).toBeNull();
      expect(sixDigits(wrong)).toBeNull();
    }
  });
});

/** WCAG contrast, written a second time from the recommendation. */
function contrast(one = "", other = ""): number {
  const lightness = (hex: string): number => {
    const linear = [1, 3, 5].map((from) => {
      const value = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };
  const [a, b] = [lightness(one), lightness(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}
