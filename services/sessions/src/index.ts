export { type SessionsConfig, sessionsConfig } from "./config.js";
export type { SessionsDeps } from "./deps.js";
export { createSessions } from "./service.js";
