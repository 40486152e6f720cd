import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);

/**
 * Arguments for Node that start the entry of a package as a separate process: the built one, because it starts in a third of the time, or
 * the sources where nothing is built or `PARLEY_FROM_SOURCE` is set.
 * @param folder of the package from the root of the repository, for example `services/links`
 */
export function programOf(folder: string): string[] {
  const built = fileURLToPath(new URL(`${folder}/dist/main.js`, ROOT));
  if (existsSync(built) && !process.env.PARLEY_FROM_SOURCE) return [built];
  return ["--conditions=parley-source", "--import", "tsx", fileURLToPath(new URL(`${folder}/src/main.ts`, ROOT))];
}
