export { type MemoryConfig, memoryConfig } from "./config.js";
export type { MemoryDeps } from "./deps.js";
export { createMemory } from "./service.js";
