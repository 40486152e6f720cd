import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "./io.js";

/** The path of another part of the product, relative to this program: both are in one tree. Throws when it is missing. */
export function installed(part: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, part);
    if (existsSync(path)) return path;
  }
  throw new CliError("not_installed", `${part} is not beside this program; use a checkout of the product.`);
}

/** True = this program runs from its sources, and so should the programs it starts. */
export const fromSource = import.meta.url.endsWith(".ts");
