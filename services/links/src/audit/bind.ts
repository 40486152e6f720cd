import * as contracts from "@parley/contracts";
import { type Poll, startPoll } from "@parley/jobs";
import type { LinksDeps } from "../deps.js";
import { listAudit } from "./list-audit.js";
import { recordAct } from "./record-act.js";
import { sealHeads } from "./seal-heads.js";
import { verifyAudit } from "./verify-audit.js";

/** Each verification reads a whole chain. */
const MAX_VERIFYING = 2;
const SEAL_INTERVAL_MS = 30_000;

/** Serves the audit of a tenant, and seals the ends of all chains in the background until stopped. */
export function bindAudit(deps: LinksDeps): Poll {
  deps.bus.serve(contracts.recordAct, recordAct(deps));
  deps.bus.serve(contracts.listAudit, listAudit(deps));
  deps.bus.serve(contracts.verifyAudit, verifyAudit(deps), { maxInFlight: MAX_VERIFYING });
  return startPoll({
    intervalMs: SEAL_INTERVAL_MS,
    round: (signal) => sealHeads(deps, signal),
    onError: (error) => deps.logger.warn({ err: error }, "audit.seal_failed"),
  });
}
