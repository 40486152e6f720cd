export { linksConfig } from "./config.js";
export { beginDemoWeek, type DemoWeek, endDemoWeek } from "./credentials/demo-week.js";
export { DEMO_TENANT_ID, type DemoAgent, type DemoSeed, masterKeyFits, seedDemo } from "./credentials/seed.js";
export type { LinksDeps } from "./deps.js";
export { createLinks } from "./service.js";
export { firstSignIn } from "./users/first-sign-in.js";
