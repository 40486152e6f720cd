import { readFileSync } from "node:fs";
import { migrate } from "./migrate.js";

// The migration command: `node libs/db/dist/main.js`. Safe to run from many places at once, and again.

const EXIT_FAILED = 1;
const EXIT_CONFIG = 2;

/** A variable, or the content of the file that `NAME_FILE` names; empty counts as unset. */
function setting(name: string): string | undefined {
  const file = process.env[`${name}_FILE`];
  return process.env[name] || (file ? readFileSync(file, "utf8").trim() : undefined) || undefined;
}

/** Messages from the outside in: a failed file names itself, its cause says why. Addresses are never part of them. */
function reasonsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || ("code" in error && typeof error.code === "string" ? error.code : error.name);
  return error.cause === undefined ? own : `${own}: ${reasonsOf(error.cause)}`;
}

/** Exit codes: 0 = up to date, 1 = failed (the failed file was rolled back), 2 = no usable address. */
async function main(): Promise<number> {
  let url: string | undefined;
  try {
    url = setting("DATABASE_ADMIN_URL") ?? setting("DATABASE_URL");
  } catch {
    process.stderr.write("DATABASE_ADMIN_URL_FILE or DATABASE_URL_FILE names a file that cannot be read\n");
    return EXIT_CONFIG;
  }
  if (url === undefined || !URL.canParse(url)) {
    process.stderr.write("DATABASE_ADMIN_URL or DATABASE_URL must be the address of the schema's owner\n");
    return EXIT_CONFIG;
  }
  try {
    const { applied, functions } = await migrate({ url, log: (line) => void process.stdout.write(`${line}\n`) });
    const changed = applied.length + functions.length > 0;
    process.stdout.write(changed ? `${applied.length} migrations applied\n` : "already up to date\n");
    return 0;
  } catch (error) {
    process.stderr.write(`${reasonsOf(error)}\n`);
    return EXIT_FAILED;
  }
}

process.exitCode = await main();
