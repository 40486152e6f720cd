export type { AgentsDeps } from "./deps.js";
export { registerAgents } from "./register-agents.js";
