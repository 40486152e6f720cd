import { pageConfig } from "../web-kit/page.config.js";

// The page lives at /public/chat/{token}.
export default pageConfig("/assets/chat/", {
  // What the first script imports is fetched beside it; what is fetched later comes alone.
  modulePreload: {
    polyfill: false,
    resolveDependencies: (_file, dependencies, { hostType }) => (hostType === "html" ? dependencies : []),
  },
});
