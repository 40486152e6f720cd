import { joinParts } from "@parley/contracts";
import { expect, it } from "vitest";

it.each([
  [[], ""],
  [["One."], "One."],
  [["One.", "Two."], "One. Two."],
  [["a\nb", "c", "d"], "a\nb\nc d"],
  [["a", "b", "c\nd"], "a b\nc\nd"],
])("joins %j to %j", (parts, text) => {
  expect(joinParts(parts)).toBe(text);
});
