import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const db = fileURLToPath(new URL("../../libs/db", import.meta.url));

function sqlFiles(folder: string): { path: string; text: string }[] {
  return readdirSync(join(db, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sql"))
    .map((file) => ({ path: `${folder}/${file}`, text: readFileSync(join(db, folder, file), "utf8") }));
}

const functions = sqlFiles("functions");
const migrations = sqlFiles("migrations");
const DEFINES = /^\s*create\s+(?:or\s+replace\s+)?(?:function|aggregate|procedure)\s+(?:public\.)?(\w+)/gim;

describe("SQL sources", () => {
  it("define each function once, in a file of its name, with its contract above it", () => {
    const defined = functions.map(({ path, text }) => ({
      path,
      names: [...text.matchAll(DEFINES)].map((match) => match[1]),
      replaces: /^create or replace (?:function|aggregate) /m.test(text),
      commented: text.startsWith("-- "),
    }));
    const expected = functions.map(({ path }) => ({
      path,
      names: [basename(path, ".sql")],
      replaces: true,
      commented: true,
    }));
    expect(defined).toEqual(expected);
    const names = functions.map(({ path }) => basename(path, ".sql"));
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });

  it("change tables only in numbered files after the first", () => {
    const defining = migrations.filter(({ text }) =>
      /\bcreate\s+(or\s+replace\s+)?(function|aggregate|trigger)\b/i.test(text),
    );
    expect(defining.map(({ path }) => path)).toEqual(["migrations/0001_schema.sql"]);
  });

  it("declare since when no code uses what a numbered file removes", () => {
    const takesAway =
      /\bdrop\s+(table|column|constraint)\b|\brename\s+(column|to)\b|\balter\s+column\s+\w+\s+(type|set\s+not\s+null)\b/i;
    const silent = migrations.filter(
      // Nothing was released before the rule.
      ({ path, text }) => basename(path) > "0026" && takesAway.test(text) && !/^-- contracts since \d{4}\b/m.test(text),
    );
    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it("have lines of at most 120 columns", () => {
    const long = [...functions, ...migrations].flatMap(({ path, text }) =>
      text.split("\n").flatMap((line, at) => (line.length > 120 ? [`${path}:${at + 1}`] : [])),
    );
    expect(long).toEqual([]);
  });
});
