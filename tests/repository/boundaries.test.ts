import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { checkBoundaries } from "../../tools/check-boundaries/main.mjs";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A repository with these files; every package lists those `dependencies` that its files name. */
function repository(files: Record<string, string>, dependencies: string[] = []): string {
  const root = mkdtempSync(join(tmpdir(), "parley-boundaries-"));
  folders.push(root);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const listedIn = (folder: string) => {
    const text = Object.entries(files).flatMap(([path, source]) => (path.startsWith(folder) ? [source] : []));
    const named = dependencies.filter((name) => text.some((source) => source.includes(`"${name}`)));
    return Object.fromEntries(named.map((name) => [name, "*"]));
  };
  for (const path of Object.keys(files)) {
    const [area, folder] = path.split("/");
    const name = area === "services" && folder !== "standalone" ? `${folder}-service` : folder;
    const manifest = {
      name: `@parley/${name}`,
      exports: { ".": "./src/index.ts" },
      dependencies: listedIn(`${area}/${folder}/`),
    };
    write(`${area}/${folder}/package.json`, JSON.stringify(manifest));
  }
  for (const [path, text] of Object.entries(files)) write(path, text);
  return root;
}

/** `rule file:line` of everything refused. */
function refused(files: Record<string, string>, dependencies?: string[]): string[] {
  return checkBoundaries(repository(files, dependencies)).map(({ rule, file, line }) => `${rule} ${file}:${line}`);
}

describe("check-boundaries", () => {
  it("accepts code that follows the rules, and imports that are only text", () => {
    const accepted = {
      "libs/bus/src/index.ts": 'import { x } from "@parley/contracts";\nexport * from "./sub/y.js";\n',
      "libs/bus/src/sub/y.ts":
        'import type { C } from "@nats-io/nats-core";\nimport "node:fs";\nimport "../index.js";\n',
      "libs/contracts/src/index.ts":
        '// import "@parley/http"\n/* from "pg" */ const a = `import "pg" \x24{1}`;\nconst r = /["\']/; const s = "import \\"pg\\"";\n',
      "services/links/src/main.ts": 'const page = import.meta.resolve("@parley/db/package.json");\n',
      "services/standalone/src/index.ts":
        'import { createLinks } from "@parley/links-service";\nimport "@parley/local-servers";\n',
      "libs/workflow/src/step.ts":
        '/** No Date here. */ export const text = "process of await"; export const t = `Promise`;\n',
      "libs/db/src/index.ts": 'import pg from "pg";\n',
    };
    const dependencies = ["contracts", "db", "local-servers", "links-service"].map((name) => `@parley/${name}`);
    expect(refused(accepted, [...dependencies, "@nats-io/nats-core", "pg"])).toEqual([]);
  });

  it("refuses a package that is not listed", () => {
    expect(refused({ "libs/http/src/a.ts": '\nimport x from "left-pad";\n' })).toEqual([
      "unlisted libs/http/src/a.ts:2",
    ]);
  });

  it("finds every form of import", () => {
    const forms = [
      'import {\n  x,\n} from "p1";',
      'export { y } from "p2";',
      'export type * from "p3";',
      'import "p4";',
      'const a = await import("p5");',
      'type T = typeof import("p6");',
      "const b = require('p7');",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a source file
      'const c = `${await import("p8")}`;',
    ];
    const violations = checkBoundaries(repository({ "libs/http/src/a.ts": forms.join("\n") }));
    expect(violations.map(({ message }) => message.slice(1, 3))).toEqual(forms.map((_, index) => `p${index + 1}`));
  });

  it("refuses deep paths", () => {
    const files = { "libs/bus/src/a.ts": 'import x from "@parley/contracts/src/errors.js";\n' };
    expect(refused(files, ["@parley/contracts"])).toEqual(["deep libs/bus/src/a.ts:1"]);
  });

  it("refuses a relative import that leaves the package", () => {
    const files = {
      "libs/bus/src/sub/a.ts": 'import x from "../../../contracts/src/errors.js";\nimport "../../x.js";\n',
    };
    expect(refused(files)).toEqual(["relative libs/bus/src/sub/a.ts:1"]);
  });

  it("refuses a package that imports itself by name", () => {
    expect(refused({ "libs/bus/src/a.ts": 'import x from "@parley/bus";\n' })).toEqual(["self libs/bus/src/a.ts:1"]);
  });

  it("refuses a service that imports a service, except in standalone", () => {
    const files = {
      "services/links/src/a.ts": 'import x from "@parley/sessions-service";\n',
      "services/sessions/src/index.ts": "export const x = 1;\n",
      "services/standalone/src/a.ts": 'import x from "@parley/sessions-service";\n',
    };
    expect(refused(files, ["@parley/sessions-service"])).toEqual(["service services/links/src/a.ts:1"]);
  });

  it("refuses a library that imports a service", () => {
    const files = {
      "tools/testkit/src/a.ts": 'import x from "@parley/links-service";\n',
      "services/links/src/index.ts": "export const x = 1;\n",
    };
    expect(refused(files, ["@parley/links-service"])).toEqual(["graph tools/testkit/src/a.ts:1"]);
  });

  it("lets the console import only types of the contracts", () => {
    const files = {
      "apps/console/src/a.ts": 'import type { Link } from "@parley/contracts";\n',
      "apps/console/src/b.ts": 'import { link } from "@parley/contracts";\n',
      "apps/console/src/c.ts": 'import { type Link } from "@parley/contracts";\n',
    };
    const expected = ["graph apps/console/src/b.ts:1", "graph apps/console/src/c.ts:1"];
    expect(refused(files, ["@parley/contracts"])).toEqual(expected);
  });

  it.each([
    ["libs/contracts", "observability"],
    ["libs/workflow", "observability"],
    ["libs/secrets", "db"],
    ["libs/bus", "redis"],
    ["libs/db", "bus"],
    ["libs/redis", "bus"],
    ["libs/http", "service"],
    ["libs/llm", "http"],
    ["libs/runtime", "bus"],
    ["libs/new-one", "contracts"],
    ["services/gateway", "db"],
    ["services/gateway", "llm"],
    ["services/gateway", "workflow"],
    ["services/links", "testkit"],
    ["services/links", "local-servers"],
    ["services/standalone", "testkit"],
  ])("keeps the graph: %s must not import %s", (from, to) => {
    const files = { [`${from}/src/a.ts`]: `import x from "@parley/${to}";\n` };
    expect(refused(files, [`@parley/${to}`])).toEqual([`graph ${from}/src/a.ts:1`]);
  });

  it.each([
    ["@nats-io/nats-core", "libs/redis"],
    ["nats", "services/gateway"],
    ["ioredis", "libs/bus"],
    ["pg", "services/sessions"],
    ["kysely", "services/sessions"],
    ["openai", "services/agent-runner"],
  ])("keeps the client %s out of %s", (client, from) => {
    const files = { [`${from}/src/a.ts`]: `import x from "${client}";\n` };
    expect(refused(files, [client])).toEqual([`vendor ${from}/src/a.ts:1`]);
  });

  it.each(["utils", "helpers", "common", "shared"])("refuses the name %s for folders and files", (name) => {
    const files = { [`libs/bus/src/${name}/a.ts`]: "", [`libs/bus/src/${name}.ts`]: "" };
    expect(refused(files).sort()).toEqual([`name libs/bus/src/${name}.ts:1`, `name libs/bus/src/${name}/a.ts:1`]);
  });

  it("refuses sources above 300 lines and tests above 500", () => {
    const lines = (count: number) => "export {};\n".repeat(count);
    const files = {
      "libs/bus/src/short.ts": lines(300),
      "libs/bus/src/long.ts": lines(301),
      "libs/bus/test/short.test.ts": lines(500),
      "libs/bus/test/long.test.ts": lines(501),
    };
    expect(refused(files)).toEqual(["length libs/bus/src/long.ts:301", "length libs/bus/test/long.test.ts:501"]);
  });

  it("refuses an unnecessary exception from the length limit", () => {
    expect(refused({ "libs/client/src/operations.ts": "export {};\n" })).toEqual([
      "length libs/client/src/operations.ts:1",
    ]);
    expect(refused({ "libs/client/src/operations.ts": "export {};\n".repeat(301) })).toEqual([]);
  });

  it("reads tests: refuses a relative import that leaves the package, an unlisted package and another service", () => {
    const files = {
      "libs/bus/test/a.test.ts":
        'import "../src/index.js";\nimport "../../http/src/a.js";\nimport "@parley/secrets";\nimport "@parley/testkit";\n',
      "services/links/test/b.test.ts": 'import "@parley/sessions-service";\nimport "@parley/bus";\n',
      "services/sessions/src/index.ts": "export {};\n",
    };
    expect(refused(files)).toEqual([
      "relative libs/bus/test/a.test.ts:2",
      "unlisted libs/bus/test/a.test.ts:3",
      "service services/links/test/b.test.ts:1",
      "unlisted services/links/test/b.test.ts:2",
    ]);
  });

  it("refuses a listed package that no source imports", () => {
    const files = {
      "libs/bus/src/a.ts": '// "zod" is only mentioned here\nimport "@nats-io/nats-core";\n',
      "libs/bus/test/a.test.ts": 'import "zod";\n',
    };
    expect(refused(files, ["@nats-io/nats-core", "zod"])).toEqual(["unused libs/bus/package.json:1"]);
  });

  it.each([
    "const now = Date.now();",
    "const x = Math.random();",
    "const e = process.env;",
    'import { readFileSync } from "node:fs";',
    'import fs from "fs";',
    "export async function f() {}",
    "await f();",
    "type T = Promise<string>;",
    "setTimeout(f, 1);",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a source file
    "const t = `at ${Date.now()}`;",
  ])("keeps the engine pure: %s", (code) => {
    expect(refused({ "libs/workflow/src/a.ts": `\n${code}\n`, "libs/bus/src/a.ts": `${code}\n` })).toEqual([
      "purity libs/workflow/src/a.ts:2",
    ]);
  });

  it("prints each violation with its place and exits with 1", () => {
    const bad = repository({ "libs/bus/src/a.ts": '\nimport Redis from "ioredis";\n' }, ["ioredis"]);
    const script = fileURLToPath(new URL("../../tools/check-boundaries/main.mjs", import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, bad], { encoding: "utf8" });
    expect(stderr).toMatch(/^libs\/bus\/src\/a\.ts:2 {2}vendor: "ioredis" is used in libs\/redis only\n/);
    expect(status).toBe(1);
  });

  it("finds nothing in this repository", () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    expect(checkBoundaries(root)).toEqual([]);
    expect(
      execFileSync(process.execPath, ["tools/check-boundaries/main.mjs"], { cwd: root, encoding: "utf8" }),
    ).toMatch(/boundaries: ok\n$/);
  });
});
