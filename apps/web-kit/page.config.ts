import { type BuildOptions, defaultClientConditions, type UserConfig } from "vite";
import { compressAssets } from "../../scripts/compress-assets.mjs";

/**
 * How a page is built. `base`: where its files are served, so that every address in index.html is absolute. Nothing is inlined, because
 * the content security policy allows neither inline scripts nor inline styles.
 */
export function pageConfig(base: string, { rolldownOptions, ...build }: BuildOptions): UserConfig {
  return {
    base,
    plugins: [compressAssets()],
    // Packages of this repository are taken from their sources.
    resolve: { conditions: ["parley-source", ...defaultClientConditions] },
    build: {
      target: "es2022",
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      sourcemap: false,
      reportCompressedSize: false,
      ...build,
      rolldownOptions: {
        ...rolldownOptions,
        output: {
          entryFileNames: "assets/[name]-[hash].js",
          chunkFileNames: "assets/[name]-[hash].js",
          assetFileNames: "assets/[name]-[hash][extname]",
          ...rolldownOptions?.output,
        },
      },
    },
  };
}
