import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fromSource, installed } from "../installed.js";
import { CliError, EXIT, type Io, usageError } from "../io.js";
import { safeText } from "../plain-text.js";
import { printJson } from "../report.js";

const EXIT_CONFIG = 2;

/**
 * Runs the migration program next to this one with DATABASE_ADMIN_URL, else DATABASE_URL. Idempotent; safe to run concurrently. A separate
 * process: this program has no database, and the library that has one stays with the services.
 */
export async function migrate(io: Io, options: { json?: boolean }): Promise<number> {
  const { DATABASE_ADMIN_URL, DATABASE_URL, DATABASE_ADMIN_URL_FILE, DATABASE_URL_FILE } = io.env;
  if (!(DATABASE_ADMIN_URL || DATABASE_URL || DATABASE_ADMIN_URL_FILE || DATABASE_URL_FILE))
    throw usageError("Set DATABASE_ADMIN_URL to the address of the schema's owner.");
  const child = spawn(process.execPath, programOf(), { env: { ...io.env }, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    if (!options.json) io.stdout.write(safeText(text));
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => void lines.push(text));
  const stop = (): void => void child.kill();
  io.signal.addEventListener("abort", stop, { once: true });
  const [code] = await once(child, "close");
  io.signal.removeEventListener("abort", stop);
  const failure = lines.join("").trim();
  if (code === EXIT_CONFIG) throw usageError(`${failure}.`);
  if (code !== 0) throw new CliError("migration_failed", failure === "" ? "It was stopped." : failure);
  if (options.json) printJson(io, { ok: true, lines: said.trimEnd().split("\n") });
  return EXIT.ok;
}

function programOf(): string[] {
  const library = installed("libs/db");
  const built = join(library, "dist/main.js");
  if (!fromSource && existsSync(built)) return [built];
  return ["--conditions=parley-source", "--import", "tsx", join(library, "src/main.ts")];
}
