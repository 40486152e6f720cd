import { exportMessages, exportSessions } from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { exportMessagesHandler, exportSessionsHandler } from "./export-person.js";

/** An export reads much: few at once leave the database to conversations. */
const BOUND = { maxInFlight: 2 };

/** Answers what sessions hold of a person. */
export function bindPrivacyExport(deps: HandlerDeps): void {
  deps.bus.serve(exportSessions, exportSessionsHandler(deps), BOUND);
  deps.bus.serve(exportMessages, exportMessagesHandler(deps), BOUND);
}
