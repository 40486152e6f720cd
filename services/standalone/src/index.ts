export { type Addresses, compose } from "./compose.js";
export { readSettings, type Settings } from "./settings.js";
