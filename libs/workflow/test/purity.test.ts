import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("the engine's sources know no clock, no chance, no process, no Node module and nothing asynchronous", () => {
  const root = new URL("../src/", import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(10);
  const forbidden =
    /\bDate\b|\bMath\.random\b|\bprocess\b|["']node:|\basync\b|\bawait\b|\bPromise\b|\bsetTimeout\b|\bfetch\b/;
  for (const file of files) {
    const code = readFileSync(new URL(file, root), "utf8")
      .replace(/\/\*[\s\S]*?\*\//g, "")
      .replace(/(^|\s)\/\/.*$/gm, "$1");
    expect(forbidden.exec(code)?.[0], file).toBeUndefined();
  }
});
