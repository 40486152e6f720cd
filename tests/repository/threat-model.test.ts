import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** The last cell of each threat: the file of its test, and the title unless the whole file is meant. */
const proofs = read("docs/threat-model.md")
  .split("\n")
  .filter((line) => line.includes(".test.ts`"))
  .map((line) => {
    const [, file = "", title = null] = /`([^`]+\.test\.ts)`(?:: (.*?))? \|$/.exec(line) ?? [];
    return { line, file, title };
  });

describe("the threat model", () => {
  it("names a test for each threat", () => {
    const threats = read("docs/threat-model.md").split("## Threats")[1]?.split("\n## ")[0]?.split("\n") ?? [];
    const rows = threats.filter((line) => line.startsWith("| ") && !line.startsWith("| threat"));
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((line) => !proofs.some((proof) => proof.line === line && proof.file !== ""))).toEqual([]);
  });

  it("names only existing tests", () => {
    const gone = proofs.filter(({ file, title }) => !read(file).includes(title ?? ""));
    expect(gone.map(({ line }) => line)).toEqual([]);
  });
});
