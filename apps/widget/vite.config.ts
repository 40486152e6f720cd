import { defaultClientConditions, defineConfig } from "vite";

/** One classic script without imports: the one request that the widget makes on a host page. */
export default defineConfig({
  resolve: { conditions: ["parley-source", ...defaultClientConditions] },
  publicDir: "src/pages",
  build: {
    target: "es2022",
    // As written: relative colours are not replaced by older ones.
    cssTarget: "esnext",
    reportCompressedSize: false,
    modulePreload: false,
    lib: { entry: "src/main.ts", formats: ["iife"], name: "parleyWidget", fileName: () => "widget.js" },
  },
});
