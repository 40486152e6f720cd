import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accentFor, contrast, parseHex, type Rgb } from "../src/text/accent.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const LIGHT: Rgb = [251, 250, 248];
const DARK: Rgb = [22, 23, 21];
const channel = fc.integer({ min: 0, max: 255 });

describe("accent", () => {
  it("is readable for every brand colour, on light and dark pages", () => {
    fc.assert(
      fc.property(fc.tuple(channel, channel, channel), fc.constantFrom(LIGHT, DARK), (brand, page) => {
        const accent = accentFor(brand, page);
        const [fill, onFill, ink] = [accent.fill, accent.onFill, accent.ink].map((hex) => parseHex(hex) ?? page);
        expect(contrast(fill ?? page, onFill ?? page)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(ink ?? page, page)).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  it("leaves a colour alone that is readable already", () => {
    expect(accentFor([15, 107, 96], LIGHT)).toEqual({ fill: "#0f6b60", onFill: "#ffffff", ink: "#0f6b60" });
  });

  it("takes three or six hexadecimal digits and nothing else", () => {
    expect(parseHex("#abc")).toEqual([170, 187, 204]);
    for (const wrong of ["red", "#12345", "#1234567", "url(x)", "#00000g", ""]) expect(parseHex(wrong)).toBeNull();
  });
});
