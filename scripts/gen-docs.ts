// Writes the generated documents; with --check only names the stale ones. See documents.ts for the list.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { current, documents } from "./gen-docs/documents.js";
import { dumpSchema, NoPgDump } from "./gen-docs/schema-dump.js";
import { withScratchDatabase } from "./gen-docs/scratch-database.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");
const stale: string[] = [];

function settle(path: string, text: string): void {
  if (current(root, path) === text) return;
  stale.push(path);
  if (check) return;
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  process.stdout.write(`wrote ${path}\n`);
}

for (const document of documents(root)) settle(document.path, await document.make());
try {
  settle("libs/db/schema.sql", await withScratchDatabase(dumpSchema));
} catch (error) {
  // Elsewhere a missing program must not keep anybody from the other files; CI has to see every one.
  if (!(error instanceof NoPgDump) || process.env.CI) throw error;
  process.stderr.write(`skipped libs/db/schema.sql: ${error.message}\n`);
}
if (stale.length === 0) process.stdout.write("generated documents: fresh\n");
else if (check) {
  process.stderr.write(`stale: ${stale.join(", ")}\nRun \`npm run docs:generate\` and commit the result.\n`);
  process.exitCode = 1;
}
