import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { describe, expect, it } from "vitest";

/** Kilobytes over the wire, as docs/client.md says. */
const MOST_KB = 8.5;

describe("the package in a browser", () => {
  it(`weighs less than ${MOST_KB} kB, compressed, with everything it offers`, async () => {
    const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));
    const lib = { entry, formats: ["es" as const], fileName: () => "client.js" };
    const built = await build({ configFile: false, logLevel: "error", build: { write: false, minify: true, lib } });
    const chunks = [built].flat().flatMap((one) => ("output" in one ? one.output : []));
    const code = chunks.map((chunk) => ("code" in chunk ? chunk.code : "")).join("");
    expect(code).toContain("last-event-id");
    expect(gzipSync(code).length).toBeLessThan(MOST_KB * 1_000);
  });

  it("imports no Node module, uses no Node-only global, and depends on one package", () => {
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
