export { type CleanupConfig, cleanupConfig } from "./config.js";
export type { CleanupDeps } from "./deps.js";
export { createCleanup } from "./service.js";
