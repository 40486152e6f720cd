export { sessionsConfig } from "./config.js";
export { createSessions } from "./service.js";
