import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** A folder of SQL files of this package, also for programs that carry its code in their own file. */
export function sourceFolder(name: "migrations" | "functions"): string {
  const folder = join(dirname(createRequire(import.meta.url).resolve("@parley/db/package.json")), name);
  if (!existsSync(folder)) throw new Error(`no folder ${folder}`);
  return folder;
}
