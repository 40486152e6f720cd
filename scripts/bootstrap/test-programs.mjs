import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fetchChromium } from "./fetch-chromium.mjs";
import { fetchHelm } from "./fetch-helm.mjs";
import { runQuietly } from "./run.mjs";
import { unpackDebian } from "./unpack-debian.mjs";

/**
 * What suites start besides Node: `commands` any one of which will do, the packages that bring it, and how the source of a
 * test (with the files it imports) tells that it needs it.
 */
export const PROGRAMS = [
  {
    name: "Redis",
    commands: ["redis-server", "valkey-server", "keydb-server"],
    apt: ["redis-server"],
    brew: "redis",
    usedBy: /redisUrl|startRedis|describeWithRedis|askRedis|redis-server/,
  },
  {
    name: "Chromium",
    // A browser with windows takes three times as long without one, and refuses frames of other sites their storage.
    commands: process.platform === "linux" ? ["chromium-headless-shell"] : ["google-chrome"],
    apt: ["chromium-headless-shell", "fontconfig", "fonts-liberation"],
    brew: "--cask google-chrome",
    usedBy: /web-kit\/testing/,
  },
  { name: "Python", commands: ["python3"], apt: ["python3"], brew: "python3", usedBy: /"python3"/ },
  { name: "openssl", commands: ["openssl"], apt: ["openssl"], brew: "openssl", usedBy: /openssl|"bash"/ },
  { name: "curl", commands: ["curl"], apt: ["curl"], brew: "curl", usedBy: /\bcurl\b|"bash"/ },
  { name: "PostgreSQL", commands: ["pg_dump"], apt: ["postgresql"], brew: "postgresql@17", usedBy: /"pg_dump"/ },
  { name: "Helm", commands: ["helm"], apt: [], brew: "helm kubernetes-cli", usedBy: /"helm"/ },
  // Installed, these packages would start servers of their own; unpacked, they are programs.
  { name: "Prometheus", commands: ["promtool"], apt: ["prometheus"], brew: "prometheus", usedBy: /"promtool"/ },
  { name: "PgBouncer", commands: ["pgbouncer"], apt: ["pgbouncer"], brew: "pgbouncer", usedBy: /"pgbouncer"/ },
];

const MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/**
 * Gets what this machine lacks for the suites and says so: by apt as root, else into `folder` alone. Answers the programs that
 * are still missing and the variables with which the others are found.
 */
export async function getPrograms(folder, report) {
  const missing = () => PROGRAMS.filter((program) => !isThere(program, { ...process.env, ...environmentOf(folder) }));
  if (process.platform === "linux" && process.getuid() === 0 && has("apt-get", process.env)) {
    await installDebian(missing().filter(installable), report);
  }
  for (const program of missing()) {
    report(`tests     fetching ${program.name} into ${folder}`);
    const failure = await fetchProgram(program, folder);
    if (failure !== null) report(`tests     ${program.name} could not be fetched: ${failure}`);
  }
  return { missing: missing(), env: environmentOf(folder) };
}

function environmentOf(folder) {
  const chromium = [join(folder, "chromium", "run"), MAC_CHROME].find((file) => existsSync(file));
  const named = process.env.CHROMIUM_PATH ?? (has(PROGRAMS[1].commands, process.env) ? undefined : chromium);
  return {
    PATH: [process.env.PATH ?? "", join(folder, "bin")].join(delimiter),
    ...(named === undefined ? {} : { CHROMIUM_PATH: named }),
  };
}

function isThere({ name, commands }, env) {
  if (name === "Chromium" && env.CHROMIUM_PATH) return existsSync(env.CHROMIUM_PATH);
  if (name === "Redis" && env.PARLEY_REDIS_SERVER) return existsSync(env.PARLEY_REDIS_SERVER);
  return has(commands, env);
}

/** Ubuntu's package of this name only asks for a snap, which containers do not have. */
function installable({ name }) {
  if (["Helm", "Prometheus", "PgBouncer"].includes(name)) return false;
  return name !== "Chromium" || !/^ID=ubuntu$/m.test(readFileSync("/etc/os-release", "utf8"));
}

/** One call of apt-get for each program: a release that lacks one package must not keep the others away. */
async function installDebian(programs, report) {
  if (programs.length === 0) return;
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await runQuietly("/", { program: "apt-get", args: ["update", "-qq"] }, env);
  for (const { name, apt } of programs) {
    report(`tests     installing ${apt.join(" ")} with apt-get`);
    const args = ["install", "-y", "-qq", "--no-install-recommends", ...apt];
    const result = await runQuietly("/", { program: "apt-get", args }, env);
    if (result.code !== 0) report(`tests     apt-get could not install ${name}: ${result.output.split("\n").at(-1)}`);
  }
}

/** Puts a program below the folder without touching the system. Answers why it could not, or null. */
async function fetchProgram({ name, commands, apt }, folder) {
  if (process.platform !== "linux") return "there is no package for this system";
  if (name === "Chromium") return fetchChromium(join(folder, "chromium"));
  if (name === "Helm") return fetchHelm(folder);
  if (!has("apt-get", process.env) || !has("dpkg", process.env)) return "this system has no apt-get";
  return unpackDebian(folder, commands[0], apt[0]);
}

function has(commands, env) {
  const folders = [...(env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/bin", "/opt/homebrew/bin"];
  return [commands].flat().some((command) => folders.some((folder) => folder && existsSync(join(folder, command))));
}
