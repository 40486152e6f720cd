/** Tabs that work on the draft share a bundle: each is small, and seldom shown alone. */
export { DocumentTab } from "./document-tab.js";
export { PromptTab } from "./prompt-tab.js";
