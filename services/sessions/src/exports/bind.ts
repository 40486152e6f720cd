import { exportRecords } from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { exportRecordsHandler } from "./export-records.js";

/** Exports read a lot: few pages at once leave the database free for conversations. */
const BOUND = { maxInFlight: 2 };

/** Serves the pages of bulk exports. */
export function bindExports(deps: HandlerDeps): void {
  deps.bus.serve(exportRecords, exportRecordsHandler(deps), BOUND);
}
