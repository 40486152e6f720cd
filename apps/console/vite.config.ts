import { defineConfig } from "vite";
import { compressAssets } from "../../scripts/compress-assets.mjs";

// The console lives at /console/… and its files at /assets/console/: every address in index.html is absolute.
// Nothing may be inlined, because the content security policy allows neither inline scripts nor inline styles.
export default defineConfig({
  base: "/assets/console/",
  plugins: [compressAssets()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
        // What many pages share travels together: one request more instead of a dozen small ones.
        codeSplitting: { groups: [{ name: "shared", minShareCount: 4 }] },
      },
    },
  },
});
