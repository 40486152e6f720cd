import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";
import { type Announcement, type FirstStart, firstStart } from "../e2e/first-start.js";

const exec = promisify(execFile);

let product: FirstStart;
/** What every program is told of the product. */
let env: NodeJS.ProcessEnv;
const folder = mkdtempSync(join(tmpdir(), "parley-packages-"));

beforeAll(async () => {
  product = await firstStart();
  const demo: Announcement = await product.start();
  const agent = demo.agents.find(({ name }) => name === "Clinic Desk")?.id ?? "";
  env = {
    ...process.env,
    ...{ PARLEY_URL: product.base, PARLEY_KEY: demo.api_key, PARLEY_TOKEN: demo.admin_token, AGENT: agent },
    PARLEY_TENANT: demo.tenant_id,
  };
}, 120_000);
afterAll(async () => {
  await product?.clear();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const run = async (program: string, args: string[], cwd: string): Promise<string> =>
  (await exec(program, args, { cwd, env, timeout: 100_000 })).stdout;

describe("packages installed in an empty folder", () => {
  const project = join(folder, "project");
  const packed = join(folder, "packed");
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");

  beforeAll(async () => {
    for (const one of [project, packed]) mkdirSync(one);
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", type: "module", private: true }));
    const options = {
      ...{ strict: true, target: "ES2023", lib: ["ES2023", "DOM"], types: [], skipLibCheck: false },
      ...{ module: "nodenext", moduleResolution: "nodenext", outDir: "out" },
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["main.ts"] }));
    // What the client depends on is packed as well, so that no registry is asked.
    const places = ["libs/client", ""].map((user) => join(ROOT, user, "node_modules/eventsource-parser"));
    const parser = places.find((place) => existsSync(place)) ?? "";
    const sources = [join(ROOT, "libs/client"), join(ROOT, "apps/cli"), parser];
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", packed, ...sources], folder);
    const files = readdirSync(packed).map((file) => join(packed, file));
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", ...files], project);
  }, 120_000);

  it("contain what they need and no sources", () => {
    const filesOf = (name: string): string[] =>
      readdirSync(join(project, "node_modules/@parley", name), { recursive: true })
        .map(String)
        .sort();
    expect(filesOf("cli")).toEqual(["README.md", "dist", "dist/main.js", "package.json"]);
    expect(filesOf("client")).toEqual(expect.arrayContaining(["README.md", "dist/index.js", "dist/index.d.ts"]));
    for (const file of [...filesOf("client"), ...filesOf("cli")]) expect(file).not.toMatch(/\.map$|^src|(?<!\.d)\.ts$/);
    const cli = JSON.parse(readFileSync(join(project, "node_modules/@parley/cli/package.json"), "utf8"));
    expect(cli.dependencies).toBeUndefined();
  });

  it("let a TypeScript program type-check and run, and reject a wrong field", { timeout: 120_000 }, async () => {
    const program = [
      'import { createParleyClient, ParleyError, type TurnAnswered } from "@parley/client";',
      "declare const process: { env: Record<string, string | undefined> };",
      'const { PARLEY_URL = "", PARLEY_KEY = "", PARLEY_TENANT = "", AGENT = "" } = process.env;',
      "const { sessions } = createParleyClient({ baseUrl: PARLEY_URL, apiKey: PARLEY_KEY });",
      "const session = await sessions.create({ tenant_id: PARLEY_TENANT, agent_id: AGENT });",
      "// @ts-expect-error: an agent is named by agent_id",
      "const misspelt = () => sessions.create({ tenant_id: PARLEY_TENANT, agent_name: AGENT });",
      'const turn: TurnAnswered = await sessions.send(session.session_id, "My name is Jack");',
      "console.log(JSON.stringify({ response: turn.response, variables: turn.extracted_variables }));",
      "await sessions.end(session.session_id);",
      'const late = await sessions.send(session.session_id, "Hello?").catch((error: unknown) => error);',
      'console.log(late instanceof ParleyError ? late.code : "answered");',
    ].join("\n");
    writeFileSync(join(project, "main.ts"), `${program}\n`);
    await run(process.execPath, [tsc, "-p", "."], project);
    const [answer = "", late] = (await run(process.execPath, ["out/main.js"], project)).trim().split("\n");
    expect(JSON.parse(answer)).toMatchObject({
      response: expect.stringMatching(/./),
      variables: { first_name: "Jack" },
    });
    expect(late).toBe("session_ended");
  });

  it("run the management example of the guide, reject an unknown operation, and list nobody twice", async () => {
    const page = readFileSync(join(ROOT, "docs/client.md"), "utf8");
    const example = /<!-- example: owner -->\n```ts\n([\s\S]*?)\n```/.exec(page)?.[1] ?? "";
    const declared = "declare const process: { env: Record<string, string | undefined> };\n";
    const wrong =
      '// @ts-expect-error: no such operation\nexport const never = () => owner.call("GET /api/nothing");\n';
    writeFileSync(join(project, "main.ts"), `${declared}${example}\n${wrong}`);
    await run(process.execPath, [tsc, "-p", "."], project);
    const said = (await run(process.execPath, ["out/main.js"], project)).trim().split("\n");
    expect(said.filter((line) => line === "hedy@example.com disabled")).toHaveLength(1);
    expect(said.join("\n")).toMatch(
      /remembers: Mornings\.[\s\S]*dry_run: true[\s\S]*next: \d{4}-[\s\S]*sessions: \d+\nexport: true\n(waiting|running|done)\naudit intact: true/,
    );
  }, 120_000);

  it("include the command line, which npx runs", async () => {
    const agents = await run("npx", ["--no-install", "parley", "agents", "list", "--json"], project);
    expect(agents).toContain("Clinic Desk");
    const parley = join(project, "node_modules/.bin/parley");
    const help = await run(parley, ["--help"], project);
    expect(help).toContain("Talk with your agents");
    const seed = run(parley, ["seed", "--json"], project);
    await expect(seed).rejects.toMatchObject({ stderr: expect.stringContaining("not_installed") });
  });
});

/** A machine without Python runs the other suites; its name stands in the output, as of every program that is not here. */
function hasPython(): boolean {
  try {
    execFileSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"], { stdio: "ignore" });
    return true;
  } catch {
    process.stderr.write("clients/python was not run; python3 (3.9 or newer) is not here\n");
    return false;
  }
}

if (hasPython()) {
  describe("the client in Python", () => {
    const client = join(ROOT, "clients/python");
    const python = (args: string[], cwd: string): Promise<string> => {
      Object.assign(env, { PYTHONPATH: join(client, "src"), PYTHONDONTWRITEBYTECODE: "1" });
      return run("python3", args, cwd);
    };

    it("passes its own tests against the product", async () => {
      const tests = ["-m", "unittest", "discover", "-s", "tests"];
      await expect(python(tests, client)).resolves.toBeDefined();
    });

    it.each(["chat", "manage"])("has an example %s that runs as printed", async (name) => {
      const page = readFileSync(join(client, "README.md"), "utf8");
      const [, example = ""] =
        new RegExp(`<!-- example: ${name} -->\\n\`\`\`python\\n([\\s\\S]*?)\\n\`\`\``).exec(page) ?? [];
      writeFileSync(join(folder, `${name}.py`), example);
      const said = await python([`${name}.py`], folder);
      if (name === "chat") expect(said.trim().split("\n").length).toBeGreaterThanOrEqual(3);
      else expect(said).toMatch(/\/public\/chat\/pl_[\s\S]*Talk to us active[\s\S]*agent_not_found/);
    });
  });
}
