import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FriendlyError } from "./friendly-error.mjs";
import { npmProgram, runQuietly } from "./run.mjs";

/** Refuses a Node that is too old, or a system the servers do not run on, with the way out. */
export function checkNode(range) {
  const minimum = range.replace(/^>=/, "");
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantMajor = 0, wantMinor = 0] = minimum.split(".").map(Number);
  if (major < wantMajor || (major === wantMajor && minor < wantMinor)) {
    throw new FriendlyError(
      `Parley needs Node ${minimum} or newer, this is ${process.versions.node}. ` +
        "Install a current release from https://nodejs.org or run: npx -y node@22 scripts/bootstrap.mjs start",
    );
  }
  if (process.platform === "win32") {
    throw new FriendlyError("Parley runs on Linux and macOS. On Windows use the Windows Subsystem for Linux.");
  }
}

/** Runs `npm ci` when the packages that are there are not the ones of the lock file. */
export async function installPackages(root, report) {
  if (packagesAreThere(root)) return;
  report("packages  installing (about a minute, only when package-lock.json changed) …");
  const began = Date.now();
  // Development packages are needed to build, whatever NODE_ENV says.
  const args = [
    "ci",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--no-json",
    "--loglevel=error",
  ];
  const result = await runQuietly(root, npmProgram(args), {});
  if (result.code !== 0) {
    throw new FriendlyError(`npm ci failed. Is the package registry reachable?\n\n${result.output}`);
  }
  report(`packages  installed in ${seconds(began)}`);
}

/** npm ends every installation by writing down what it installed; optional packages may be missing on this platform. */
function packagesAreThere(root) {
  const written = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(written)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const installed = packagesOf(written);
  return Object.entries(packagesOf(join(root, "package-lock.json")))
    .filter(([path, { optional }]) => path.includes("node_modules/") && optional !== true)
    .every(([path, { version, integrity }]) => {
      const found = installed[path];
      return found !== undefined && found.version === version && found.integrity === integrity;
    });
}

/** Builds what changed since the last time. */
export async function buildPackages(root, report) {
  const began = Date.now();
  const turbo = join(root, "node_modules", "turbo", "bin", "turbo");
  const env = { TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1", TURBO_NO_UPDATE_NOTIFIER: "1" };
  const args = [turbo, "run", "build", "--output-logs=errors-only", "--no-color"];
  const result = await runQuietly(root, { program: process.execPath, args }, env);
  if (result.code !== 0) throw new FriendlyError(`The build failed.\n\n${result.output}`);
  const counts = /Cached:\s+(\d+) cached, (\d+) total/.exec(result.output);
  const what = counts === null ? "" : ` (${counts[2]} packages, ${counts[1]} unchanged)`;
  report(`build     done in ${seconds(began)}${what}`);
}

function seconds(began) {
  return `${((Date.now() - began) / 1000).toFixed(1)} s`;
}
