import { existsSync } from "node:fs";
import { join } from "node:path";
import { FriendlyError } from "./friendly-error.mjs";
import { buildPackages, installPackages } from "./prepare.mjs";
import { runQuietly } from "./run.mjs";

/** Checks a commit out below `.data/builds`, installs and builds it there, unless that was done before. Answers the folder. */
export async function olderBuild(root, commit, report) {
  const named = await git(root, ["rev-parse", "--verify", "--quiet", `${commit}^{commit}`]);
  if (named.code !== 0) throw new FriendlyError(`There is no commit ${commit} here.`);
  const folder = join(root, ".data", "builds", named.output.slice(0, 12));
  if (!existsSync(folder)) {
    await git(root, ["worktree", "prune"]);
    const made = await git(root, ["worktree", "add", "--detach", folder, named.output]);
    if (made.code !== 0) throw new FriendlyError(`git could not check out ${commit}: ${made.output}`);
  }
  report(`upgrade   from ${named.output.slice(0, 12)} in ${folder}`);
  await installPackages(folder, report);
  await buildPackages(folder, report);
  return folder;
}

const git = (root, args) => runQuietly(root, { program: "git", args }, {});
