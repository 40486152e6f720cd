import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs node in the repository; `onLine` sees each line of stdout as it comes. */
function node(
  args: string[],
  onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    createInterface({ input: child.stdout }).on("line", (line) => {
      stdout += `${line}\n`;
      onLine?.(line, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** Runs a line of code against the modules of the bootstrap. */
const evaluate = (code: string, onLine?: Parameters<typeof node>[1]) =>
  node(["--input-type=module", "-e", code], onLine);

describe("bootstrap", () => {
  it("explains itself without installing or building anything", async () => {
    const overview = await node(["scripts/bootstrap.mjs", "--help"]);
    expect(overview).toMatchObject({ code: 0, stderr: "" });
    for (const command of ["start", "test", "bench", "full"]) {
      expect(overview.stdout).toMatch(new RegExp(`^ {2}${command}`, "m"));
      const help = await node(["scripts/bootstrap.mjs", command, "--help"]);
      expect(help).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("Usage: npm") });
    }
    expect((await node(["scripts/bootstrap.mjs", "bench", "--help"])).stdout).toContain("--repetitions");
  });

  it("does not reinstall packages after npm ci, unless the lock file has changed", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-bootstrap-"));
    const lock = (version: string) =>
      JSON.stringify({
        packages: { "": {}, "node_modules/a": { version }, "node_modules/b": { version, optional: true } },
      });
    const code = `import { installPackages } from "./scripts/bootstrap/prepare.mjs";
      await installPackages(${JSON.stringify(folder)}, console.log).catch(() => {});`;
    try {
      mkdirSync(join(folder, "node_modules"));
      writeFileSync(join(folder, "package-lock.json"), lock("1.0.0"));
      writeFileSync(
        join(folder, "node_modules/.package-lock.json"),
        JSON.stringify({ packages: { "node_modules/a": { version: "1.0.0" } } }),
      );
      expect(await evaluate(code)).toMatchObject({ code: 0, stdout: "" });
      writeFileSync(join(folder, "package-lock.json"), lock("1.0.1"));
      expect((await evaluate(code)).stdout).toContain("installing");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("knows which suites need a program, through the files that they import", async () => {
    const code = `import { PROGRAMS } from "./scripts/bootstrap/test-programs.mjs";
      import { suitesUsing } from "./scripts/bootstrap/waiting-suites.mjs";
      console.log(JSON.stringify(PROGRAMS.map(({ name, usedBy }) => [name, suitesUsing(".", usedBy)])));`;
    const { stdout } = await evaluate(code);
    // Our own line from above.
    const suites = new Map(JSON.parse(stdout) as [string, string[]][]);
    expect(suites.get("Redis")).toEqual(
      expect.arrayContaining(["tests/e2e/distributed.test.ts", "services/agent-runner/test/turn-loop.test.ts"]),
    );
    expect(suites.get("Chromium")).toEqual(
      expect.arrayContaining(["tests/e2e/chat-page.test.ts", "apps/console/test/states.test.ts"]),
    );
    expect(suites.get("Python")).toContain("tests/e2e/readme.test.ts");
    expect(suites.get("PgBouncer")).toEqual(["tests/cluster/pooler.test.ts"]);
    expect(suites.get("curl")).toContain("tests/e2e/keys-docs.test.ts");
    expect([...suites.values()].flat().filter((file) => /^libs\/(workflow|secrets|db)\//.test(file))).toEqual([]);
  });

  it("omits long suites only from a plain run, not from a strict one or when they are named", async () => {
    const code = `import { narrowedTo } from "./scripts/bootstrap/commands.mjs";
      console.log(JSON.stringify([narrowedTo([], false), narrowedTo([], true), narrowedTo(["tests/fuzz"], false)]));`;
    const [plain, ...others] = JSON.parse((await evaluate(code)).stdout) as string[][];
    expect(others).toEqual([[], []]);
    const list = ["node_modules/vitest/vitest.mjs", "list", "--filesOnly", "--json"];
    const filesOf = async (args: string[]) =>
      (JSON.parse((await node([...list, ...args])).stdout) as { file: string }[]).map(({ file }) => file);
    const [narrow, all] = [await filesOf(plain ?? []), new Set(await filesOf([]))];
    expect(narrow.length).toBeGreaterThan(300);
    expect(narrow.filter((file) => !all.has(file))).toEqual([]);
    const left = [...all].filter((file) => !narrow.includes(file)).map((file) => file.slice(root.length));
    expect(left).toEqual(expect.arrayContaining(["tests/fuzz/openapi.test.ts", "tests/chaos/short.test.ts"]));
    expect(left.length).toBeLessThan(80);
  });

  it("runs as many groups of heavy suites as a bounded run has time for, starting by commit, and names the rest", async () => {
    const code = `import { boundedRun, groupsFor } from "./scripts/bootstrap/bounded-run.mjs";
      const told = [];
      // Each run takes ten minutes.
      const taken = (minutes, commit) => {
        let gone = 0;
        const ran = [];
        const bounds = { minutes, commit, minutesGone: () => gone, report: (line) => told.push(line) };
        for (let run = boundedRun({ ...bounds, runOf: (flags) => ({ flags }) }); run; run = run.next()) {
          gone += 10;
          ran.push(run.flags.join(" ").replaceAll("--project=", ""));
        }
        return ran;
      };
      const commits = Array.from({ length: 40 }, (_, index) => index.toString(16).padStart(8, "0"));
      console.log(JSON.stringify({
        groups: groupsFor("0"), noTime: taken(15, "0"), one: taken(16, "0"), some: taken(36, "1"), all: taken(1000, "f00dfeed"),
        first: commits.map((commit) => taken(16, commit)[1]), told: told.slice(0, 3),
      }));`;
    const { groups, noTime, one, some, all, first, told } = JSON.parse((await evaluate(code)).stdout);
    const quick = "suites";
    const expected = groups.map((name: string) => (name === "packages and operation" ? `${name} postgres*` : name));
    expect(noTime).toEqual([quick]);
    expect(one).toEqual([quick, expected[0]]);
    expect(some).toEqual([quick, expected[1], expected[2]]);
    expect(all[0]).toBe(quick);
    expect(all.toSorted()).toEqual([quick, ...expected].toSorted());
    expect(new Set(first)).toEqual(new Set(expected));
    const left = "minutes are gone; left to the runs of other commits:";
    expect(told).toEqual([
      `tests     10 of 15 ${left} ${groups.join(", ")}`,
      `tests     heavy suites: ${groups[0]}`,
      `tests     20 of 16 ${left} ${groups.slice(1).join(", ")}`,
    ]);
    const config = await node(["node_modules/vitest/vitest.mjs", "list", "--filesOnly", "--json"]);
    const projects = new Set((JSON.parse(config.stdout) as { projectName: string }[]).map((file) => file.projectName));
    // The second leg of the SQL suites, which a whole run has on a machine with a PostgreSQL of its own.
    const ours = [...projects].filter((name) => !name.startsWith("postgres"));
    expect(ours.toSorted()).toEqual(["suites", ...groups].toSorted());
  });

  it("answers an unknown command with the list of commands and exit code 2", async () => {
    const outcome = await node(["scripts/bootstrap.mjs", "strat"]);
    expect(outcome).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("npm start") });
  });

  it("imports nothing outside Node", async () => {
    const code = `
      import { readdirSync, readFileSync } from "node:fs";
      const files = ["bootstrap.mjs", ...readdirSync("scripts/bootstrap").map((name) => "bootstrap/" + name)];
      for (const file of files)
        for (const [, name] of readFileSync("scripts/" + file, "utf8").matchAll(/from "([^"]+)"/g))
          if (!name.startsWith("node:") && !name.startsWith(".")) console.log(file, name);`;
    expect(await evaluate(code)).toMatchObject({ code: 0, stdout: "" });
  });

  it("says which version of Node is required", async () => {
    const code = `import { checkNode } from "./scripts/bootstrap/prepare.mjs";
      try { checkNode(">=99.1"); } catch (error) { console.log(error.message); }
      checkNode(">=20.19");`;
    const outcome = await evaluate(code);
    expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining("needs Node 99.1 or newer") });
  });

  it("passes signals to the program it runs and ends with that program's code", async () => {
    const child = `process.on("SIGTERM", () => { console.log("drained"); process.exit(7); });
      setInterval(() => {}, 1000); console.log("ready");`;
    const code = `import { runToEnd } from "./scripts/bootstrap/run.mjs";
      const what = { program: process.execPath, args: ["-e", ${JSON.stringify(child)}], env: {} };
      process.exitCode = await runToEnd(".", what);`;
    const outcome = await evaluate(code, (line, kill) => {
      if (line === "ready") kill("SIGTERM");
    });
    expect(outcome).toMatchObject({ code: 7, stdout: "ready\ndrained\n" });
  });

  it("ends with 128 + the number of the signal that ended the program", async () => {
    const code = `import { runToEnd } from "./scripts/bootstrap/run.mjs";
      const what = { program: process.execPath, args: ["-e", "process.kill(process.pid, 'SIGKILL')"], env: {} };
      process.exitCode = await runToEnd(".", what);`;
    expect(await evaluate(code)).toMatchObject({ code: 137 });
  });

  it.each([
    { found: null, program: "process.exitCode = 3", code: 3 },
    { found: "a mistake", program: "setInterval(() => {}, 1000)", code: 1 },
    { found: "a mistake", program: "", code: 1 },
  ])("ends with $code when what runs beside a program finds $found", async ({ found, program, code }) => {
    const source = `import { runToEnd } from "./scripts/bootstrap/run.mjs";
      const beside = () => new Promise((resolve) => setTimeout(resolve, 300, ${JSON.stringify(found)}));
      const args = ["-e", ${JSON.stringify(program)}];
      process.exitCode = await runToEnd(".", { program: process.execPath, args, env: {}, beside });`;
    expect(await evaluate(source)).toMatchObject({ code, stderr: found === null ? "" : `${found}\n` });
  });
});
