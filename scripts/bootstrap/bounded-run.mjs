import { execFileSync } from "node:child_process";
import { LAST, LONG } from "./heavy-suites.mjs";

/** Minutes of the longest group on a slow machine, until the run knows better. */
const LIKELY_MINUTES = 6;
const GROUPS = [...Object.keys(LONG), ...Object.keys(LAST)];
/** The SQL suites on a second PostgreSQL go with this group: a machine may have none, and vitest runs no missing project by itself. */
const WITH_SECOND_POSTGRES = "packages and operation";

/** All groups of heavy suites in the order of this commit, whose hash says which one is first. */
export function groupsFor(commit) {
  const first = Number.parseInt(commit.slice(0, 8), 16) % GROUPS.length || 0;
  return [...GROUPS.slice(first), ...GROUPS.slice(0, first)];
}

/**
 * A whole run that ends within its minutes on a slow machine too: first all suites that are not heavy, then group after group of the
 * heavy ones while there is time for one that takes as long as the longest so far. `runOf(flags)` makes the run of some projects of
 * vitest.config.ts, `minutesGone()` counts from the beginning. Tells what is left to the runs of other commits.
 */
export function boundedRun({ runOf, minutes, commit, minutesGone, report }) {
  const left = groupsFor(commit);
  let longest = LIKELY_MINUTES;
  let began;
  const next = () => {
    const gone = minutesGone();
    if (began !== undefined) longest = Math.max(longest, gone - began);
    if (left.length === 0) return;
    if (gone + longest > minutes) {
      report(
        `tests     ${gone.toFixed(0)} of ${minutes} minutes are gone; left to the runs of other commits: ${left.join(", ")}`,
      );
      return;
    }
    began = gone;
    const group = left.shift();
    report(`tests     heavy suites: ${group}`);
    const projects = group === WITH_SECOND_POSTGRES ? [group, "postgres*"] : [group];
    return { ...runOf(projects.map((name) => `--project=${name}`)), next };
  };
  return { ...runOf(["--project=suites"]), next };
}

/** The commit that is checked out; none outside a git repository. */
export function commitOf(root) {
  try {
    return execFileSync("git", ["rev-parse", "HEAD"], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return "0";
  }
}
