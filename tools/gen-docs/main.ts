// Writes the generated documents; with --check only names the stale ones. See documents.ts for the list.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { documents, settle } from "./documents.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const check = process.argv.includes("--check");

const all = documents(root);
const stale = await settle(root, all, { write: !check });
if (stale.length === 0) process.stdout.write("generated documents: fresh\n");
else if (check) {
  process.stderr.write(`stale: ${stale.join(", ")}\nRun \`npm run docs:generate\` and commit the result.\n`);
  process.exitCode = 1;
} else process.stdout.write(`${stale.map((path) => `wrote ${path}`).join("\n")}\n`);
