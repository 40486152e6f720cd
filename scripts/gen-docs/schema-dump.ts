import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** pg_dump is not on this machine, or older than the server. */
export class NoPgDump extends Error {
  constructor(detail: string) {
    super(`pg_dump is needed for libs/db/schema.sql: ${detail}`);
    this.name = "NoPgDump";
  }
}

const HEADER = `-- The schema after all migrations, made by \`npm run docs:generate\`; do not edit. For reading and for reviewing what a
-- migration changes; databases are made by the migrations. The monthly partitions are left out.
`;

/** Lines that differ between versions of the server or of pg_dump without meaning anything. */
const VOLATILE = [
  /^-- Dumped (from|by) /,
  /^-- PostgreSQL database dump( complete)?$/,
  /^\\(un)?restrict /,
  /^SET /,
  /^SELECT pg_catalog\.set_config\(/,
  /^-- Name: .*; Type: .*; Schema: .*; Owner: .*$/,
  /^--$/,
];

/** Partitions carry their month in the name. */
const PARTITIONS = "*_2[0-9][0-9][0-9]_[0-9][0-9]";

/**
 * The schema of a migrated database as text that is the same on every day and for the supported versions of PostgreSQL.
 * @param url owner of the schema
 * @throws NoPgDump when the program is missing or older than the server
 */
export async function dumpSchema(url: string): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const owner = decodeURIComponent(username);
  const args = ["--schema-only", "--no-comments", "--schema=public", `--exclude-table=public.${PARTITIONS}`];
  // The password goes by environment: arguments can be read by everybody on the machine.
  const text = await run(findPgDump(process.env), args, {
    PGHOST: hostname,
    PGPORT: port || "5432",
    PGUSER: owner,
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  });
  return `${HEADER}\n${settle(text, owner)}`;
}

function settle(dump: string, owner: string): string {
  const name = owner.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  // The owner of the schema has another name everywhere; only objects of other roles are worth a line.
  const owned = new RegExp(`^ALTER .* OWNER TO "?${name}"?;$`);
  const granted = new RegExp(`^((?:GRANT|REVOKE) .* (?:TO|FROM) )"?${name}"?;$`);
  const kept = dump
    .split("\n")
    .filter((line) => !owned.test(line) && !VOLATILE.some((pattern) => pattern.test(line)))
    .map((line) => line.replace(granted, "$1owner;").trimEnd())
    .join("\n");
  return `${kept.replace(/\n{3,}/g, "\n\n").trim()}\n`;
}

/** PARLEY_POSTGRES_BIN, then the folders where Debian and Homebrew keep PostgreSQL (newest first), then PATH. */
function findPgDump(env: NodeJS.ProcessEnv): string {
  const versioned = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"].flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /^(postgresql@)?\d+$/.test(name))
          .sort((a, b) => Number(b.replace(/\D/g, "")) - Number(a.replace(/\D/g, "")))
          .map((name) => join(folder, name, "bin"))
      : [],
  );
  const onPath = (env.PATH ?? "").split(delimiter);
  const folders = [env.PARLEY_POSTGRES_BIN ?? "", ...versioned, ...onPath].filter((folder) => folder !== "");
  const found = folders.map((folder) => join(folder, "pg_dump")).find((file) => existsSync(file));
  if (found === undefined) throw new NoPgDump("no such program on this machine (PARLEY_POSTGRES_BIN names its folder)");
  return found;
}

function run(program: string, args: string[], env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("error", (error) => reject(new NoPgDump(error.message)));
    child.once("close", (code) => {
      if (code === 0) resolve(stdout);
      else if (stderr.includes("server version mismatch")) reject(new NoPgDump("the program is older than the server"));
      else reject(new Error(`pg_dump ended with ${code}: ${stderr.trim().split("\n")[0] ?? ""}`));
    });
  });
}
