export { memoryConfig } from "./config.js";
export { createMemory } from "./service.js";
