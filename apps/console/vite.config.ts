import { pageConfig } from "../web-kit/page.config.js";

// The console lives at /console/….
export default pageConfig("/assets/console/", {
  modulePreload: { polyfill: false },
  rolldownOptions: {
    // What many pages share travels together: one request more instead of a dozen small ones.
    output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 8 }] } },
    // "use client" is for servers that draw components; nothing is drawn on a server here.
    onLog: (level, log, tell) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : tell(level, log)),
  },
});
