import { spawnSync } from "node:child_process";
import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { isAtLeast, minimumVersions, versionIn } from "./versions.js";

/** A server program on this machine. For PostgreSQL `path` is the `postgres` program; its siblings lie beside it. */
export interface Program {
  path: string;
  version: string;
}

/** Programs that are new enough, best first, and why others were passed over. */
export interface ProgramSearch {
  found: Program[];
  reasons: string[];
}

/** PostgreSQL programs, in the order: PARLEY_POSTGRES_BIN, PATH, versioned folders of Debian, Red Hat and Homebrew. */
export function findPostgres(env: NodeJS.ProcessEnv): ProgramSearch {
  const explicit = env.PARLEY_POSTGRES_BIN;
  const folders = explicit
    ? [explicit]
    : [
        ...pathFolders(env),
        ...versioned("/usr/lib/postgresql", "bin"),
        ...versioned("/usr", "bin", /^pgsql-/),
        ...versioned("/opt/homebrew/opt", "bin", /^postgresql/),
        ...versioned("/usr/local/opt", "bin", /^postgresql/),
        "/usr/local/pgsql/bin",
        "/Applications/Postgres.app/Contents/Versions/latest/bin",
      ];
  const candidates = folders.filter((folder) => isProgram(join(folder, "initdb"))).map((f) => join(f, "postgres"));
  return search("PostgreSQL", candidates, minimumVersions.postgres);
}

/** NATS programs, in the order: PARLEY_NATS_SERVER, PATH, known places. */
export function findNats(env: NodeJS.ProcessEnv): ProgramSearch {
  const explicit = env.PARLEY_NATS_SERVER;
  return search("NATS", explicit ? [explicit] : inFolders(env, ["nats-server"]), minimumVersions.nats);
}

/** Redis programs or ones that speak its protocol, in the order: PARLEY_REDIS_SERVER, PATH, known places. */
export function findRedis(env: NodeJS.ProcessEnv): ProgramSearch {
  const explicit = env.PARLEY_REDIS_SERVER;
  const names = ["redis-server", "valkey-server", "keydb-server"];
  const searches = (explicit ? [explicit] : inFolders(env, names)).map((path) => {
    const name = basename(path);
    const kind = name.startsWith("valkey") ? "valkey" : name.startsWith("keydb") ? "keydb" : "redis";
    return search("Redis", [path], minimumVersions[kind]);
  });
  return { found: searches.flatMap((one) => one.found), reasons: searches.flatMap((one) => one.reasons) };
}

function search(label: string, candidates: string[], minimum: string): ProgramSearch {
  const result: ProgramSearch = { found: [], reasons: [] };
  for (const path of new Set(candidates)) {
    if (!isProgram(path)) continue;
    const version = askVersion(path);
    if (version === null) result.reasons.push(`${path} does not say its version`);
    else if (isAtLeast(version, minimum)) result.found.push({ path, version });
    else result.reasons.push(`${path} is ${label} ${version}, ${minimum} or newer is needed`);
  }
  return result;
}

function askVersion(path: string): string | null {
  const answer = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 10_000, env: { LC_ALL: "C" } });
  return answer.status === 0 ? versionIn(answer.stdout) : null;
}

function inFolders(env: NodeJS.ProcessEnv, names: string[]): string[] {
  const folders = [
    ...pathFolders(env),
    "/usr/sbin",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/opt/homebrew/bin",
    "/snap/bin",
  ];
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function pathFolders(env: NodeJS.ProcessEnv): string[] {
  return (env.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
}

/** `<parent>/<version>/<leaf>` folders, highest version first. */
function versioned(parent: string, leaf: string, name: RegExp = /^\d/): string[] {
  try {
    return readdirSync(parent)
      .filter((entry) => name.test(entry))
      .sort((a, b) => Number(versionIn(b) ?? 0) - Number(versionIn(a) ?? 0))
      .map((entry) => join(parent, entry, leaf));
  } catch {
    return []; // The place does not exist on this system.
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The folder a program really lies in, so that programs reached through a link find their siblings. */
export function folderOf(program: Program): string {
  return dirname(program.path);
}
