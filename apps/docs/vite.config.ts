import { join } from "node:path";
import type { Plugin } from "vite";
import { pageConfig } from "../web-kit/page.config.js";
import { sitePages, siteSearch } from "./src/site/site.js";
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
        const isMain = (file: string): boolean => bundle[file]?.type !== "chunk" || bundle[file].isEntry;
        const name = Object.keys(bundle).find((file) => file.endsWith(end) && isMain(file));
        if (name === undefined) throw new Error(`the build has no ${end}`);
        return `/assets/docs/${name}`;
      };
      const files = { script: named(".js"), sheet: named(".css") };
      for (const { path, html } of sitePages(readGuides(DOCS), readOpenApi(DOCS), files))
        this.emitFile({ type: "asset", fileName: `pages/${path}.html`, source: html });
    },
  };
}

/** What the search reads, as a module of its own: it is fetched with the first word that somebody types. */
function search(): Plugin {
  const module = join(import.meta.dirname, "src/search-entries.ts");
  return {
    name: "docs-search",
    enforce: "pre",
    load: (id) =>
      id === module ? `export default ${JSON.stringify(siteSearch(readGuides(DOCS), readOpenApi(DOCS)))}` : null,
  };
}

const config = pageConfig("/assets/docs/", { rolldownOptions: { input: "src/docs.ts" } });
export default { ...config, plugins: [...(config.plugins ?? []), search(), pages()] };
