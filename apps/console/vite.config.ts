import { pageConfig } from "../web-kit/page.config.js";

// The console lives at /console/….
export default pageConfig("/assets/console/", {
  modulePreload: { polyfill: false },
  // What many pages share travels together: one request more instead of a dozen small ones.
  rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 4 }] } } },
});
