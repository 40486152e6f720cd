export { type Addresses, type Composed, compose } from "./compose.js";
export { readSettings, type Settings } from "./settings.js";
