/** The other tabs share a bundle: each is small, and seldom shown alone. */
export { AccessTab } from "./access-tab.js";
export { SecretsTab } from "./secrets-tab.js";
export { SettingsTab } from "./settings-tab.js";
export { TestsTab } from "./tests-tab.js";
export { VersionsTab } from "./versions-tab.js";
