export * from "./declare.js";
export * from "./errors.js";
export * from "./http.js";
export * from "./messages.js";
export * from "./tokens.js";
export * from "./turns.js";
export * from "./workflow.js";
