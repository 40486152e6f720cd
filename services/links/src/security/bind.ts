import * as contracts from "@parley/contracts";
import type { LinksDeps } from "../deps.js";
import { listSecurityEvents } from "./list-security-events.js";
import { noteSecurity } from "./note-security.js";

/** Notes are losable, so only a few may wait at a time. */
const MAX_NOTING = 32;

/** Serves the security events reported by gateways. */
export function bindSecurity(deps: LinksDeps): void {
  deps.bus.serve(contracts.noteSecurity, noteSecurity(deps), { maxInFlight: MAX_NOTING });
  deps.bus.serve(contracts.listSecurityEvents, listSecurityEvents(deps));
}
