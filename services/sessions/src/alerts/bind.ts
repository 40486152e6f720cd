import {
  createAlert,
  deleteAlert,
  getAlert,
  listAlertFirings,
  listAlerts,
  testAlert,
  updateAlert,
} from "@parley/contracts";
import type { SessionsDeps } from "../deps.js";
import { createCheckAddress } from "../webhooks/check-address.js";
import { createEndpointRepository } from "../webhooks/endpoint-repository.js";
import * as manage from "./manage-alerts.js";

/** Serves alert rules. The cleanup service evaluates them, and notices deliver the alerts to people. */
export function bindAlerts(deps: SessionsDeps): void {
  const { bus, config } = deps;
  const bound = { maxInFlight: config.SESSIONS_MAX_IN_FLIGHT };
  const handlers = { ...deps, endpoints: createEndpointRepository(deps.db), checkAddress: createCheckAddress(config) };
  bus.serve(createAlert, manage.createAlertHandler(handlers), bound);
  bus.serve(listAlerts, manage.listAlertsHandler(handlers), bound);
  bus.serve(getAlert, manage.getAlertHandler(handlers), bound);
  bus.serve(updateAlert, manage.updateAlertHandler(handlers), bound);
  bus.serve(deleteAlert, manage.deleteAlertHandler(handlers), bound);
  bus.serve(testAlert, manage.testAlertHandler(handlers), bound);
  bus.serve(listAlertFirings, manage.listAlertFiringsHandler(handlers), bound);
}
