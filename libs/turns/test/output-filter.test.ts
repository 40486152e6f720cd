import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCanary, createOutputFilter, filterOutput, WITHHELD } from "../src/output-filter.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const canary = createCanary();
const key = (prefix: string): string => `${prefix}${"Ab3".repeat(8)}`;

/** The same text in pieces of these lengths, over and over. */
function inPieces(text: string, lengths: readonly number[]): string {
  const filter = createOutputFilter(canary);
  let out = "";
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? 1;
    out += filter.push(text.slice(at, at + length));
    at += length;
  }
  return out + filter.end();
}

describe("output filter", () => {
  it("replaces keys and the canary completely, and keeps the rest", () => {
    for (const prefix of ["pl_", "ps_", "ak_", "whsec_", "sk-", "sk-proj-"])
      expect(filterOutput(`Your key is ${key(prefix)}.`, canary).text).toBe(`Your key is ${WITHHELD}.`);
    expect(filterOutput(`x${canary}y`, canary).text).toBe(`x${WITHHELD}y`);
    expect([...filterOutput(`${canary} ${key("sk-")}`, canary).withheld].sort()).toEqual(["canary", "key_pattern"]);
    expect(filterOutput(`(${key("ps_")})`, canary).text).toBe(`(${WITHHELD})`);
  });

  it("leaves ordinary words alone, and short ones that only begin like a key", () => {
    for (const text of [
      "A risk-assessment-of-our-whole-organisation, sk-SK, ps_aux, a task-management-software-comparison",
      "pl",
      "https://example.com/help_center_for_everybody_out_there",
      "",
    ]) {
      const { text: said, withheld } = filterOutput(text, canary);
      expect([said, withheld.size]).toEqual([text, 0]);
    }
  });

  it("produces the same text however it is split, and never part of a secret", () => {
    const word = fc.constantFrom(
      "Hello ",
      "p",
      "s",
      "sk",
      "-",
      "_",
      " ",
      canary,
      canary.slice(0, 9),
      key("pl_"),
      key("sk-"),
      "whsec_",
      "Ä",
      "\n",
    );
    const text = fc.array(word, { maxLength: 25 }).map((words) => words.join(""));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), (whole, lengths) => {
        const said = inPieces(whole, lengths);
        expect(said).toBe(filterOutput(whole, canary).text);
        expect(said).not.toContain(canary);
      }),
      { numRuns: 500 },
    );
  });

  it("holds back only what could be the beginning of a secret", () => {
    const filter = createOutputFilter(canary);
    expect(filter.push("Hello wor")).toBe("Hello wor");
    expect(filter.push("ld, s")).toBe("ld, ");
    expect(filter.push("k")).toBe("");
    expect(filter.push("y")).toBe("sky");
  });
});
