import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

describe("the package in a browser", () => {
  it("imports nothing of Node, names nothing that only Node has, and depends on one package", () => {
    const root = fileURLToPath(new URL("..", import.meta.url));
    const files = readdirSync(join(root, "src"));
    expect(files.length).toBeGreaterThan(5);
    for (const file of files) {
      const source = readFileSync(join(root, "src", file), "utf8");
      expect(source, file).not.toMatch(/from "node:|\bprocess\.|\bBuffer\b|\brequire\(|\.unref\(/);
    }
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(Object.keys(manifest.dependencies)).toEqual(["eventsource-parser"]);
  });
});
