import {
  getErasure as getContract,
  listErasures as listContract,
  requestErasure as requestContract,
  verifyReceipt as verifyContract,
} from "@parley/contracts";
import type { CleanupDeps } from "../deps.js";
import { getErasure, listErasures } from "./read-erasures.js";
import { requestErasure } from "./request-erasure.js";
import { verifyReceipt } from "./verify-receipt.js";

const MAX_IN_FLIGHT = 32;

/** Serves requests and views of erasures; `erase.ts` processes them. */
export function bindErasure(deps: CleanupDeps): void {
  const bound = { maxInFlight: MAX_IN_FLIGHT };
  deps.bus.serve(requestContract, requestErasure(deps), bound);
  deps.bus.serve(listContract, listErasures(deps), bound);
  deps.bus.serve(getContract, getErasure(deps), bound);
  deps.bus.serve(verifyContract, verifyReceipt(deps), bound);
}
