import { existsSync } from "node:fs";
import { basename, dirname } from "node:path";
import { defineConfig, type Options } from "tsup";

const common = {
  format: ["esm"],
  target: "node20",
  platform: "node",
  sourcemap: true,
  dts: false,
  silent: true,
} satisfies Options;

/** Programs of a service: what is started, and the readers of untrusted documents, which run in processes of their own. */
const programs: Record<string, string> = {
  main: "src/main.ts",
  "yaml-reader": "src/yaml-reader.ts",
  "document-reader": "src/document-reader.ts",
  // The standalone program runs all services, so their readers stand beside it too.
  ...(basename(process.cwd()) === "standalone"
    ? {
        "yaml-reader": "../agent-runner/src/yaml-reader.ts",
        "document-reader": "../memory/src/document-reader.ts",
      }
    : {}),
};
const isService = basename(dirname(process.cwd())) === "services";

/**
 * Stays outside the file of a program: OpenTelemetry loads only where spans are exported and patches modules by their names, and the
 * native client of PostgreSQL is not installed.
 */
const APART = /^(@opentelemetry\/|pg-native)/;

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
const leanUndici: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "lean-undici",
  setup(build) {
    build.onResolve({ filter: /^undici$/ }, () => ({ path: "undici", namespace: "lean" }));
    build.onLoad({ filter: /^undici$/, namespace: "lean" }, () => ({
      contents: LEAN_UNDICI,
      resolveDir: import.meta.dirname,
    }));
  },
};

/** Parts of the client package that are imported by their own names. */
const PARTS = ["src/react.ts", "src/mount-widget.ts"];

// One config for every package: turbo runs tsup in the package folder and `--config` points here.
// tsup emits no types: the `parley-source` export condition lets TypeScript read the sources directly.
export default defineConfig([
  {
    ...common,
    entry: (isService ? ["src/index.ts"] : ["src/index.ts", "src/main.ts", ...PARTS]).filter((file) =>
      existsSync(file),
    ),
    skipNodeModulesBundle: true,
    // The command line is installed without the checkout, and one file starts a fifth sooner than its packages do.
    ...(basename(process.cwd()) === "cli" ? { noExternal: [/./], splitting: false, banner: { js: COMMON_JS } } : {}),
  },
  // Each program of a service is one file: a thousand modules cost more to find than to run.
  ...(isService
    ? [
        ...Object.entries(programs)
          .filter(([, file]) => existsSync(file))
          .map(
            ([name, file]): Options => ({
              ...common,
              entry: { [name]: file },
              // What is loaded when it is needed stands beside the program: MCP, the model SDK, mail.
              splitting: true,
              esbuildPlugins: [leanUndici],
              external: [APART],
              noExternal: [new RegExp(`^(?!${APART.source.slice(1)})`)],
              banner: { js: COMMON_JS },
            }),
          ),
      ]
    : []),
]);
