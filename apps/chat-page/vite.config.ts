import { defineConfig } from "vite";
import { compressAssets } from "../../scripts/compress-assets.mjs";

// The page lives at /public/chat/{token} and its files at /assets/chat/: every address in index.html is absolute.
// Nothing may be inlined, because the content security policy allows neither inline scripts nor inline styles.
export default defineConfig({
  base: "/assets/chat/",
  plugins: [compressAssets()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    cssCodeSplit: false,
    sourcemap: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name]-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
});
