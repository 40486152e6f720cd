import { exportMessages, exportSessions } from "@parley/contracts";
import type { HandlerDeps } from "../deps.js";
import { exportMessagesHandler, exportSessionsHandler } from "./export-person.js";

/** Exports read a lot: few at once leave the database free for conversations. */
const BOUND = { maxInFlight: 2 };

/** Serves the session data of a person. */
export function bindPrivacyExport(deps: HandlerDeps): void {
  deps.bus.serve(exportSessions, exportSessionsHandler(deps), BOUND);
  deps.bus.serve(exportMessages, exportMessagesHandler(deps), BOUND);
}
