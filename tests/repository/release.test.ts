import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { cutRelease, release } from "../../scripts/release.mjs";

const ROOT = join(import.meta.dirname, "../..");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const git = (folder: string, ...args: string[]): string =>
  execFileSync("git", args, { cwd: folder, encoding: "utf8" }).trim();
const manifests = (folder: string): string[] => git(folder, "ls-files", "*package.json").split("\n");
const versionOf = (text: string): string | undefined => JSON.parse(text).version;

/** The files of this repository that name its version, as a repository of their own. */
function copy(changelog = "# Changelog\n\n## Unreleased\n\n### Added\n\n- Something.\n") {
  const folder = mkdtempSync(join(tmpdir(), "parley-release-"));
  folders.push(folder);
  const others = [
    "package-lock.json",
    "deploy/helm/parley/Chart.yaml",
    "deploy/Dockerfile",
    "clients/python/pyproject.toml",
    "docker-compose.yml",
    "services/gateway/src/build-routes.ts",
  ];
  for (const path of [...manifests(ROOT), ...others]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path));
  }
  writeFileSync(join(folder, "CHANGELOG.md"), changelog);
  git(folder, "init", "--quiet");
  git(folder, "add", "--all");
  return { folder, read: (path: string) => readFileSync(join(folder, path), "utf8") };
}

it("changes the version everywhere in the repository, and nothing else", () => {
  const { folder, read } = copy();
  git(folder, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "before");
  cutRelease(folder, "7.8.9", "2030-01-02");
  const versions = manifests(folder).map((path) => versionOf(read(path)));
  // The peers of the bench have none.
  expect(new Set(versions)).toEqual(new Set(["7.8.9", undefined]));
  const lock = JSON.parse(read("package-lock.json"));
  const own = ["", "apps/cli", "libs/client", "services/gateway"].map((path) => lock.packages[path].version);
  expect([lock.version, ...own]).toEqual(Array(5).fill("7.8.9"));
  expect(read("deploy/helm/parley/Chart.yaml")).toMatch(/^version: 7\.8\.9\nappVersion: 7\.8\.9$/m);
  expect(read("clients/python/pyproject.toml")).toContain('\nversion = "7.8.9"\n');
  expect(read("deploy/Dockerfile")).toContain("parley:7.8.9 .");
  const lines = git(folder, "diff", "--unified=0").split("\n");
  const added = lines.filter((line) => line.startsWith("+") && !line.startsWith("+++"));
  expect(added.filter((line) => !line.includes("7.8.9"))).toEqual(["+"]);
  expect(read("docker-compose.yml")).toContain("image: parley:7.8.9");
  expect(read("services/gateway/src/build-routes.ts")).toContain('version: "7.8.9"');
  expect(read("CHANGELOG.md")).toBe(
    "# Changelog\n\n## Unreleased\n\n## 7.8.9 - 2030-01-02\n\n### Added\n\n- Something.\n",
  );
});

it.each([
  ["what is no version", "1.2", undefined, '"1.2" is no version'],
  ["an older version", "0.0.1", undefined, "0.0.1 is older than"],
  [
    "nothing to release",
    "9.0.0",
    "# Changelog\n\n## Unreleased\n\n## 0.1.0 - 2026-01-01\n\n- Old.\n",
    "has nothing under Unreleased",
  ],
  [
    "a version that was cut",
    "9.0.0",
    "## Unreleased\n\n- New.\n\n## 9.0.0 - 2026-01-01\n\n- Old.\n",
    "has 9.0.0 already",
  ],
])("refuses %s, and changes nothing", (_what, version, changelog, sentence) => {
  const { folder } = copy(changelog);
  const before = git(folder, "status", "--porcelain");
  expect(() => cutRelease(folder, version, "2030-01-02")).toThrow(sentence);
  expect(git(folder, "status", "--porcelain")).toBe(before);
  expect(git(folder, "diff", "--name-only")).toBe("");
});

it("leaves the repository unchanged when a step after the version change fails", async () => {
  const { folder } = copy();
  // Nothing is installed there, so the first generator cannot run.
  writeFileSync(join(folder, ".gitignore"), ".data\n");
  const bin = join(folder, ".data/programs/bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, "helm"), "#!/bin/sh\n", { mode: 0o755 });
  git(folder, "add", "--all");
  git(folder, "-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "--message", "before");
  const before = git(folder, "rev-parse", "HEAD");
  await expect(release(folder, "7.8.9")).rejects.toThrow("docs:generate");
  expect([git(folder, "rev-parse", "HEAD"), git(folder, "status", "--porcelain")]).toEqual([before, ""]);
});
