export { type LinksConfig, linksConfig } from "./config.js";
export type { LinksDeps } from "./deps.js";
export { DEMO_TENANT_ID, type DemoAgent, type DemoSeed, masterKeyFits, seedDemo } from "./seed.js";
export { createLinks } from "./service.js";
