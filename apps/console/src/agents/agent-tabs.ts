/** The other tabs travel together: small each, and seldom seen alone. */
export { AccessTab } from "./access-tab.js";
export { SecretsTab } from "./secrets-tab.js";
export { SettingsTab } from "./settings-tab.js";
export { TestsTab } from "./tests-tab.js";
export { VersionsTab } from "./versions-tab.js";
