import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The test files whose source, or a file of the tests that it imports, matches the pattern; relative to the repository. */
export function suitesUsing(root, pattern) {
  return testFiles(root).filter((file) => [...sourcesOf(resolve(root, file))].some((source) => pattern.test(source)));
}

function testFiles(root) {
  return ["apps", "libs", "services", "tools", "tests"].flatMap((area) =>
    readdirSync(join(root, area), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".test.ts") && !/(^|\/)(node_modules|dist)\//.test(file))
      .map((file) => `${area}/${file}`),
  );
}

function* sourcesOf(file, seen = new Set()) {
  if (seen.has(file) || !existsSync(file)) return;
  seen.add(file);
  const source = readFileSync(file, "utf8");
  yield source;
  for (const [, path] of source.matchAll(/from ['"](\.[^'"]+)\.js['"]/g)) {
    const imported = join(dirname(file), `${path}.ts`);
    // Equipment of the tests; what the product itself imports says nothing about the machine.
    if (imported.includes("/test/") || imported.includes("/tests/")) yield* sourcesOf(imported, seen);
  }
}
