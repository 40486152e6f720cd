/**
 * `npm run release -- 1.2.3`: writes the version wherever it stands, cuts the changelog, makes what is generated from them, and commits. The
 * tag, which makes the release, is left to whoever has looked at the commit.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fetchHelm } from "./bootstrap/fetch-helm.mjs";

const VERSION = /^(\d+)\.(\d+)\.(\d+)$/;
const UNRELEASED = "## Unreleased\n";
/** Files other than package.json in which the version stands, with the text before it. */
const PLACES = [
  { path: "deploy/helm/parley/Chart.yaml", before: /^(version|appVersion): / },
  { path: "clients/python/pyproject.toml", before: /^version = "/ },
  { path: "deploy/Dockerfile", before: /^#.* parley:/ },
  { path: "docker-compose.yml", before: /^ *image: parley:/ },
  { path: "services/gateway/src/build-routes.ts", before: /^ *version: "/ },
];

const git = (root, ...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
const parts = (version) => VERSION.exec(version).slice(1).map(Number);
const older = (a, b) => {
  const at = parts(a).findIndex((part, index) => part !== parts(b)[index]);
  return at >= 0 && parts(a)[at] < parts(b)[at];
};

/**
 * Writes `version` into every file of the repository that names its version, and moves what is unreleased in the changelog under it.
 * @param {string} root folder of the repository
 * @param {string} version such as 1.2.3; the one that stands there, or a newer one
 * @param {string} date such as 2026-11-22
 * Throws what is wrong before anything is written.
 */
export function cutRelease(root, version, date) {
  const read = (path) => readFileSync(join(root, path), "utf8");
  const current = JSON.parse(read("package.json")).version;
  if (!VERSION.test(version)) throw new Error(`"${version}" is no version such as ${current}`);
  if (older(version, current)) throw new Error(`${version} is older than ${current}`);
  const changelog = read("CHANGELOG.md");
  if (changelog.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md has ${version} already`);
  const [head, rest] = changelog.split(UNRELEASED);
  if (rest === undefined || !/^- /m.test(rest.split("\n## ")[0]))
    throw new Error("CHANGELOG.md has nothing under Unreleased");

  const manifests = git(root, "ls-files", "package.json", "*/*/package.json").split("\n");
  for (const path of manifests) {
    const text = read(path);
    writeFileSync(join(root, path), text.replace(/^( {2}"version": ")[^"]*/m, `$1${version}`));
  }
  const folders = new Set(manifests.map((path) => (dirname(path) === "." ? "" : dirname(path))));
  const lock = JSON.parse(read("package-lock.json"));
  lock.version = version;
  for (const [path, entry] of Object.entries(lock.packages))
    if (folders.has(path) && entry.version !== undefined) entry.version = version;
  writeFileSync(join(root, "package-lock.json"), `${JSON.stringify(lock, null, 2)}\n`);
  for (const { path, before } of PLACES) {
    const changed = (line) => (before.test(line) ? line.replace(current, version) : line);
    writeFileSync(join(root, path), read(path).split("\n").map(changed).join("\n"));
  }
  writeFileSync(join(root, "CHANGELOG.md"), `${head}${UNRELEASED}\n## ${version} - ${date}\n${rest}`);
}

/**
 * Cuts the release, makes the generated files again and commits; a step that fails leaves the repository as it was.
 * @param {string} root folder of the repository
 * @param {string} version such as 1.2.3
 */
export async function release(root, version) {
  if (git(root, "status", "--porcelain") !== "") throw new Error("there are changes that are not committed");
  const programs = join(root, ".data/programs");
  const env = { ...process.env, PATH: [join(programs, "bin"), process.env.PATH ?? ""].join(delimiter) };
  // Renders what Kustomize and the chart have in common.
  const failure = spawnSync("helm", ["version"], { env }).error ? await fetchHelm(programs) : null;
  if (failure !== null) throw new Error(`Helm is needed, and ${failure}`);
  try {
    cutRelease(root, version, new Date().toISOString().slice(0, 10));
    for (const script of ["docs:generate", "deploy:generate"])
      execFileSync("npm", ["run", "--silent", script], { cwd: root, env, stdio: "inherit" });
    git(root, "commit", "--all", "--message", `Release ${version}`);
  } catch (error) {
    git(root, "restore", "--staged", "--worktree", ".");
    throw error;
  }
  console.log(`Committed. When CI is green for it:\n  git tag -a v${version} -m v${version} && git push --follow-tags`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [version] = process.argv.slice(2);
  if (version === undefined || version === "--help") {
    console.log("npm run release -- <version>    writes the version, cuts CHANGELOG.md, commits; the tag is yours");
    process.exitCode = version === undefined ? 2 : 0;
  } else {
    try {
      await release(join(dirname(fileURLToPath(import.meta.url)), ".."), version);
    } catch (error) {
      console.error(`No release: ${error.message}.`);
      process.exitCode = 1;
    }
  }
}
