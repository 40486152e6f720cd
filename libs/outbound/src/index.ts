export { addressRules, parseNetworks } from "./address-rules.js";
export { outboundConfig } from "./config.js";
export { createOutbound } from "./create-outbound.js";
export { createTargetCheck, type TargetRefusal } from "./target.js";
export type { CarriedSecret, Outbound, OutboundOptions, OutboundRequest, OutboundResult, Resolve } from "./types.js";
