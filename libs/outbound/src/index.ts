export { type AddressRules, addressRules, parseNetworks } from "./address-rules.js";
export { outboundConfig } from "./config.js";
export { createOutbound } from "./create-outbound.js";
export type { Outbound, OutboundOptions, OutboundRequest, OutboundResult, RefusalReason, Resolve } from "./types.js";
