import type { Alert, AlertFiring, AlertKindName, CreateAlertBody, UpdateAlertBody } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

export type { Alert, AlertFiring, AlertKindName, CreateAlertBody, UpdateAlertBody };

/** Rules that notify people when a number crosses its threshold. */
export function alertCalls(call: Caller) {
  const at = (id: string): string => `/alerts/${part(id)}`;
  return {
    alerts: (cursor?: string) => call<Page<Alert>>(`/alerts${query({ limit: "50", cursor })}`),
    alert: (id: string) => call<Alert>(at(id)),
    createAlert: (body: CreateAlertBody, key: string) =>
      call<Alert>("/alerts", { method: "POST", body, headers: { "idempotency-key": key } }),
    updateAlert: (id: string, body: UpdateAlertBody) => call<Alert>(at(id), { method: "PATCH", body }),
    deleteAlert: (id: string) => call(at(id), { method: "DELETE" }),
    testAlert: (id: string, key: string) =>
      call<AlertFiring>(`${at(id)}/test`, { method: "POST", headers: { "idempotency-key": key } }),
    firings: (id: string) => call<Page<AlertFiring>>(`${at(id)}/firings?limit=20`),
  };
}
