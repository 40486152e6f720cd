import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../cluster/child-process.js";

const exec = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "parley-components-"));
const project = join(folder, "project");
const run = async (program: string, args: string[], cwd: string): Promise<string> =>
  (await exec(program, args, { cwd, timeout: 100_000 })).stdout;

/** What the samples need beside the client, packed from here so that no registry is asked. */
const OTHERS = ["react", "react-dom", "scheduler", "@types/react", "csstype", "eventsource-parser"];

/** A component that draws its conversation itself, and what it says before anybody has spoken. */
const PROGRAM = `
import { createParleyClient } from "@parley/client";
import { ChatWidget, useChat } from "@parley/client/react";
import { createElement } from "react";
import Sample from "./ChatWidget.js";
// @ts-expect-error: React's own server half has no types here
import { renderToStaticMarkup } from "react-dom/server";
const client = createParleyClient({ baseUrl: "http://localhost:8080", apiKey: "key" });
function Own() {
  const { messages, isLoading, sessionId } = useChat(client, "tenant", "agent");
  return createElement("p", null, JSON.stringify([messages.length, isLoading, sessionId]));
}
// @ts-expect-error: a theme that there is not
const wrong = () => createElement(ChatWidget, { server: "https://chat.example.com", theme: "pink" });
const drawn = createElement("main", null, createElement(Own), createElement(ChatWidget, { server: "https://chat.example.com", mode: "inline" }), createElement(Sample));
console.log(renderToStaticMarkup(drawn));
`;

describe("components of the client package in an empty folder", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    const packed = join(folder, "packed");
    for (const one of [project, packed]) mkdirSync(one);
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "empty", type: "module", private: true }));
    const sources = [join(ROOT, "libs/client"), ...OTHERS.map((name) => join(ROOT, "node_modules", name))];
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", packed, ...sources], folder);
    const files = readdirSync(packed).map((file) => join(packed, file));
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", ...files], project);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("type-check, reject a wrong option, and render on a server what the browser hydrates", async () => {
    copyFileSync(join(ROOT, "examples/react/ChatWidget.tsx"), join(project, "ChatWidget.tsx"));
    writeFileSync(join(project, "main.ts"), PROGRAM);
    const options = {
      ...{ strict: true, target: "ES2023", lib: ["ES2023", "DOM"], types: [], jsx: "react-jsx", outDir: "out" },
      ...{ module: "nodenext", moduleResolution: "nodenext", exactOptionalPropertyTypes: true },
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["main.ts"] }));
    await run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), "-p", "."], project);
    const drawn = await run(process.execPath, ["out/main.js"], project);
    expect(drawn.replaceAll("&quot;", '"')).toBe("<main><p>[0,false,null]</p><div></div><div></div></main>\n");
  });

  it("work without React", async () => {
    const alone = 'import "@parley/client"; import "@parley/client/widget"; console.log("loaded");';
    writeFileSync(join(project, "alone.js"), alone);
    rmSync(join(project, "node_modules/react"), { recursive: true });
    expect(await run(process.execPath, ["alone.js"], project)).toBe("loaded\n");
  });
});
