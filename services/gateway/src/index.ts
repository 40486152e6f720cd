export { gatewayConfig } from "./config.js";
export type { GatewayDeps } from "./deps.js";
export { createGateway, type Gateway } from "./gateway.js";
export { bodyLimits, openApiDocument } from "./openapi-document.js";
