import { existsSync } from "node:fs";
import { defineConfig } from "tsup";

// One config for every package: turbo runs tsup in the package folder and `--config` points here.
// Types are never emitted: the `parley-source` export condition lets TypeScript read the sources directly.
export default defineConfig({
  entry: ["src/index.ts", "src/main.ts", "src/document-reader.ts", "src/yaml-reader.ts"].filter((file) =>
    existsSync(file),
  ),
  format: ["esm"],
  target: "node20",
  platform: "node",
  sourcemap: true,
  clean: true,
  dts: false,
  skipNodeModulesBundle: true,
  silent: true,
});
