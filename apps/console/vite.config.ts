import type { Plugin } from "vite";
import { pageConfig } from "../web-kit/page.config.js";

/** What lists are drawn with. */
const TABLE = /[\\/]node_modules[\\/]@tanstack[\\/](react-)?(table|virtual)|[\\/]src[\\/]ui[\\/]table[\\/]/;
/** The kit and what it stands on, but for what the first page needs of it. */
const KIT =
  /[\\/]node_modules[\\/](@base-ui[\\/](?!react[\\/](esm[\\/])?csp-provider)|@floating-ui|tabbable)|[\\/]src[\\/]ui[\\/](?!charts|code|markdown|table|toast|ui-provider|avatar|cx|theme|notify|on-demand|tokens|button|keep-focus|link|page-header|problem-card|query-view|record-status|refusal|skeleton|states|status|time|waiting)[\w-]+\.tsx?$/;

/** Nothing is preloaded (below), so what would preload is left out of the first page. */
const noPreload: Plugin = {
  name: "no-preload",
  enforce: "pre",
  load: (id) => (id === "\0vite/preload-helper.js" ? "export const __vitePreload = (load) => load();" : undefined),
};

// The console lives at /console/….
const config = pageConfig("/assets/console/", {
  // What a page needs comes from its own first lines: a list of every file for every page would be the heaviest part of the router.
  modulePreload: {
    polyfill: false,
    resolveDependencies: (_file, needed, { hostType }) => (hostType === "html" ? needed : []),
  },
  rolldownOptions: {
    // What many pages share travels together: one request more instead of a dozen small ones. The kit is not for the first page.
    output: {
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [
          { name: "table", test: TABLE, priority: 3 },
          { name: "form-state", test: /[\\/]node_modules[\\/]react-hook-form[\\/]/, priority: 3 },
          { name: "kit", test: KIT, minShareCount: 3, priority: 2 },
          { name: "shared", test: (id) => !KIT.test(id) && !TABLE.test(id), minShareCount: 40, priority: 1 },
        ],
      },
    },
    // "use client" is for servers that draw components; nothing is drawn on a server here.
    onLog: (level, log, tell) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : tell(level, log)),
  },
});

export default {
  ...config,
  plugins: [...(config.plugins ?? []), noPreload],
  resolve: {
    ...config.resolve,
    // React has it since its 18th release; the package is for older ones.
    alias: [{ find: /^use-sync-external-store\/shim(\/index\.js)?$/, replacement: "react" }],
  },
};
