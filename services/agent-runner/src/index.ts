export { runnerConfig } from "./config.js";
export { createAgentRunner } from "./service.js";
