import { exportRecords } from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { exportRecordsHandler } from "./export-records.js";

/** An export reads much: few pages at once leave the database to conversations. */
const BOUND = { maxInFlight: 2 };

/** Answers the pages of bulk exports. */
export function bindExports(deps: HandlerDeps): void {
  deps.bus.serve(exportRecords, exportRecordsHandler(deps), BOUND);
}
