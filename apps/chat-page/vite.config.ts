import { pageConfig } from "../web-kit/page.config.js";

// The page lives at /public/chat/{token}.
export default pageConfig("/assets/chat/", { modulePreload: false });
