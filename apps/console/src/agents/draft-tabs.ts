/** Tabs that work on the draft travel together: small each, and seldom seen alone. */
export { DocumentTab } from "./document-tab.js";
export { PromptTab } from "./prompt-tab.js";
