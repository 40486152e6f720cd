export { type RunnerConfig, runnerConfig } from "./config.js";
export type { RunnerDeps } from "./deps.js";
export { createAgentRunner } from "./service.js";
