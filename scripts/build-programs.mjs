/**
 * Bundles the programs of the package in whose folder it runs, each into one file of `dist`: what is started (`src/main.ts`), and the
 * readers of untrusted documents, which run in processes of their own. Packages of this repository are bundled from their sources.
 */
import { existsSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";

const here = basename(process.cwd());
const PROGRAMS = {
  main: "src/main.ts",
  // The standalone program runs all services, so their readers stand beside it too.
  "yaml-reader": here === "standalone" ? "../agent-runner/src/yaml-reader.ts" : "src/yaml-reader.ts",
  "document-reader": here === "standalone" ? "../memory/src/document-reader.ts" : "src/document-reader.ts",
};

/** What packages in CommonJS expect of their module. */
const COMMON_JS = `
import { createRequire as $createRequire } from "node:module";
import { dirname as $dirname } from "node:path";
import { fileURLToPath as $fileURLToPath } from "node:url";
const require = $createRequire(import.meta.url);
const __filename = $fileURLToPath(import.meta.url);
const __dirname = $dirname(__filename);`;

/** Of undici only what is used here: all of it, with its cache, mocks and interceptors, takes twice as long to load. */
const LEAN_UNDICI = `
const Dispatcher = require("undici/lib/dispatcher/dispatcher.js");
Object.assign(Dispatcher.prototype, require("undici/lib/api/index.js"));
module.exports = { Agent: require("undici/lib/dispatcher/agent.js"), Pool: require("undici/lib/dispatcher/pool.js") };`;
const leanUndici = {
  name: "lean-undici",
  setup(bundle) {
    bundle.onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "lean" }));
    bundle.onLoad({ filter: /^undici$/, namespace: "lean" }, () => ({
      contents: LEAN_UNDICI,
      resolveDir: import.meta.dirname,
    }));
  },
};

// Parts have a hash in their names: those of earlier builds would stay for ever.
rmSync("dist", { recursive: true, force: true });
for (const [name, file] of Object.entries(PROGRAMS)) {
  if (!existsSync(file)) continue;
  await build({
    ...{ entryPoints: { [name]: file }, outdir: "dist", bundle: true, sourcemap: true, logLevel: "warning" },
    ...{ format: "esm", platform: "node", target: "node20", conditions: ["parley-source", "module"] },
    mainFields: ["module", "main"],
    // What is loaded when it is needed stands beside a service: MCP, the model SDK, mail. The command line is published as one file.
    splitting: here !== "cli",
    // OpenTelemetry loads only where spans are exported and patches modules by their names; the native client of PostgreSQL is not installed.
    external: ["@opentelemetry/*", "pg-native"],
    plugins: [leanUndici],
    banner: { js: COMMON_JS },
  });
}
