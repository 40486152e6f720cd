import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A folder of SQL files; it stands beside `src` (tests) and `dist` (services). */
export function sourceFolder(name: "migrations" | "functions"): string {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "..", name);
  if (!existsSync(folder)) throw new Error(`no folder ${folder}`);
  return folder;
}
