import { join } from "node:path";
import type { Plugin } from "vite";
import { pageConfig } from "../web-kit/page.config.js";
import { sitePages } from "./src/site/site.js";
import { readGuides, readOpenApi } from "./src/site/sources.js";

const DOCS = join(import.meta.dirname, "../../docs");

/** Writes each page of the documentation beside the script and the sheet that they share. */
function pages(): Plugin {
  return {
    name: "docs-pages",
    // After the sheet has been written.
    enforce: "post",
    apply: "build",
    generateBundle(_options, bundle) {
      const named = (end: string): string => {
        const name = Object.keys(bundle).find((file) => file.endsWith(end));
        if (name === undefined) throw new Error(`the build has no ${end}`);
        return `/assets/docs/${name}`;
      };
      const files = { script: named(".js"), sheet: named(".css") };
      for (const { path, html } of sitePages(readGuides(DOCS), readOpenApi(DOCS), files))
        this.emitFile({ type: "asset", fileName: `pages/${path}.html`, source: html });
    },
  };
}

const config = pageConfig("/assets/docs/", { rolldownOptions: { input: "src/docs.ts" } });
export default { ...config, plugins: [...(config.plugins ?? []), pages()] };
