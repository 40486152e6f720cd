import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const read = (path: string): string => readFileSync(file(path), "utf8");

/** The rows of all tables of the page, as cells. */
function rowsOf(page: string): string[][] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("|") && !line.startsWith("|---"))
    .map((line) =>
      line
        .slice(1, -1)
        .split(" | ")
        .map((cell) => cell.replace(/^\|/, "").trim()),
    );
}

/** Which of these names is no variable, call or field. */
function unknownSettings(names: readonly string[]): string[] {
  const variables = new Set([...read(".env.example").matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name));
  const api = read("docs/openapi.json");
  const isKnown = (name: string): boolean => {
    if (/^[A-Z0-9_]+$/.test(name)) return variables.has(name);
    return api.includes(`"${name}":`);
  };
  return names.filter((name) => !isKnown(name));
}

/** Which of these tests is not there by its title. */
const missingTests = (tests: readonly { title: string; path: string }[]): string[] =>
  tests
    .filter(({ title, path }) => !existsSync(file(path)) || !read(path).replaceAll("\\'", "'").includes(title))
    .map(({ title, path }) => `${path}: ${title}`);

const testsIn = (cell: string) =>
  [...cell.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+\.test\.ts)\)/g)].map(([, title = "", path = ""]) => ({ title, path }));
const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

describe("the table of controls", () => {
  const page = read("docs/controls.md");
  const controls = rowsOf(page.slice(0, page.indexOf("## What is kept"))).filter((row) => !row.includes("test"));

  it("names for each control a setting that exists and a test that exists", () => {
    expect(controls.length).toBeGreaterThan(30);
    for (const row of controls) {
      expect(row, row.join(" | ")).toHaveLength(4);
      expect(testsIn(row[3] ?? ""), row[0]).not.toEqual([]);
      expect(row[2], row[0]).toMatch(/^(–|`.+`)$/);
    }
    expect(unknownSettings(controls.flatMap((row) => namesIn(row[2] ?? "")))).toEqual([]);
    expect(missingTests(controls.flatMap((row) => testsIn(row[3] ?? "")))).toEqual([]);
  });

  it("covers the four standards, and names existing settings for what is stored and what leaves the machine", () => {
    for (const title of ["GDPR", "CCPA", "HIPAA", "SOC 2", "What leaves the machine"])
      expect(page).toContain(`\n## ${title}\n`);
    const rows = rowsOf(page.slice(page.indexOf("## What is kept"))).filter((row) => !row.includes("setting"));
    expect(unknownSettings(rows.flatMap((row) => namesIn(row.at(-1) ?? "")))).toEqual([]);
  });

  it("reports what does not exist", () => {
    expect(unknownSettings(["NO_SUCH_SETTING", "no_such_field", "/api/no/such/call"])).toHaveLength(3);
    expect(missingTests([{ title: "no such title at all", path: "docs/controls.md" }])).toHaveLength(1);
    expect(missingTests([{ title: "x", path: "tests/none.test.ts" }])).toHaveLength(1);
  });
});
