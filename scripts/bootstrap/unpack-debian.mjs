import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runQuietly } from "./run.mjs";

/**
 * Unpacks a Debian package and those of its dependencies that are not installed below `folder`, which takes no rights on the
 * system, and writes `bin/<command>` that starts it with its libraries. apt checks the signed hashes. Answers why it failed, or null.
 */
export async function unpackDebian(folder, command, name) {
  const home = join(folder, "debian", name);
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  // Installation images often come without package lists, and only root may fetch the system's own.
  const lists = join(folder, "debian", "lists");
  mkdirSync(join(lists, "partial"), { recursive: true });
  const own = [`Dir::State::lists=${lists}`, `Dir::Cache=${join(folder, "debian", "cache")}`];
  let options = [];
  let wanted = await packagesToGet(home, options, name);
  if (wanted === null) {
    options = own.flatMap((option) => ["-o", option]);
    await runQuietly(home, { program: "apt-get", args: [...options, "update", "-qq"] }, {});
    wanted = await packagesToGet(home, options, name);
  }
  if (wanted === null) return `apt-get does not know the package ${name}`;
  const got = await runQuietly(home, { program: "apt-get", args: [...options, "download", "-qq", ...wanted] }, {});
  if (got.code !== 0) return got.output.split("\n").at(-1);
  for (const file of readdirSync(home).filter((entry) => entry.endsWith(".deb"))) {
    const unpacked = await runQuietly(home, { program: "dpkg", args: ["-x", file, "."] }, {});
    if (unpacked.code !== 0) return unpacked.output;
    rmSync(join(home, file));
  }
  mkdirSync(join(folder, "bin"), { recursive: true });
  const versions = entriesOf(join(home, POSTGRES)).map((version) => join(POSTGRES, version, "bin"));
  const place = [...versions, "usr/bin", "usr/sbin", "bin"].find((one) => holds(join(home, one), command));
  if (place === undefined) return `the package ${name} holds no ${command}`;
  const libraries = ["usr/lib", "lib"].flatMap((one) => libraryFolders(join(home, one))).join(":");
  for (const program of versions.includes(place) ? entriesOf(join(home, place)) : [command]) {
    const script = `#!/bin/sh\nLD_LIBRARY_PATH='${libraries}' exec '${join(home, place, program)}' "$@"\n`;
    writeFileSync(join(folder, "bin", program), script, { mode: 0o755 });
  }
  return null;
}

/** By version, the server and its tools, which look for each other: what `usr/bin` has are scripts that look for an installation. */
const POSTGRES = "usr/lib/postgresql";

/** Names of the packages an installation would bring, or null when the package is unknown. */
async function packagesToGet(home, options, name) {
  const args = [...options, "install", "-qq", "--print-uris", "--no-install-recommends", name];
  const answer = await runQuietly(home, { program: "apt-get", args }, {}, 100_000);
  const files = [...answer.output.matchAll(/^'[^']+' ([^_\s]+)_\S+\.deb /gm)].map(([, file]) => file);
  return answer.code !== 0 || files.length === 0 ? null : files;
}

function libraryFolders(place) {
  return entriesOf(place)
    .filter((entry) => /-linux-gnu/.test(entry))
    .map((entry) => join(place, entry));
}

const holds = (place, entry) => entriesOf(place).includes(entry);

function entriesOf(place) {
  try {
    return readdirSync(place);
  } catch {
    return []; // The packages have no such folder.
  }
}
