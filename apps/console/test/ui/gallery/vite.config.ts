import { pageConfig } from "../../../../web-kit/page.config.js";

// Every part of the kit on one page, for the tests of the kit alone.
export default pageConfig("/assets/gallery/", {
  rolldownOptions: {
    onLog: (level, log, tell) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : tell(level, log)),
  },
});
