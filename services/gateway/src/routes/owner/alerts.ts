import {
  alert,
  alertFiring,
  createAlert,
  createAlertBody,
  deleteAlert,
  deleted,
  getAlert,
  listAlertFirings,
  listAlerts,
  pageOf,
  testAlert,
  updateAlert,
  updateAlertBody,
} from "@parley/contracts";
import { idParams, pageQuery } from "../params.js";
import { actOn, DELETED, ownerRoute, wirePage } from "./owner-route.js";

/** Rules of the tenant, newest first. */
const listRoute = ownerRoute({
  method: "GET",
  path: "/alerts",
  summary: "List alerts",
  role: "editor",
  query: pageQuery,
  answers: { 200: pageOf(alert) },
  handle: async ({ principal, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listAlerts, { principal, limit, cursor })),
});

/** Creates a rule. Idempotent by `Idempotency-Key`, else by the signature. */
const createRoute = ownerRoute({
  method: "POST",
  path: "/alerts",
  summary: "Create an alert",
  description:
    "Tells people by mail, in a chat and by webhook (`alert.fired`) when a number crosses its threshold: once, and again only after it has recovered. Budgets are watched for each link, webhooks for each receiver; the rest for all that `agent` and `link_id` let in. `dead_letters` is for admins.",
  role: "editor",
  config: { repeatable: true },
  body: createAlertBody,
  answers: { 201: alert },
  handle: async ({ principal, request, body, repeatable, markReplay }, { bus }) => {
    const isOperator = request.caller.principal.tenantId === null;
    const { alert: made, replayed } = await bus.call(createAlert, { principal, body, isOperator, ...repeatable });
    markReplay(replayed);
    return made;
  },
});

/** One rule. */
const getRoute = ownerRoute({
  method: "GET",
  path: "/alerts/:id",
  summary: "Get an alert",
  role: "editor",
  params: idParams,
  answers: { 200: alert },
  handle: async ({ principal, params }, { bus }) => (await bus.call(getAlert, { principal, ...params })).alert,
});

/** Changes the given fields. Idempotent by state. */
const updateRoute = ownerRoute({
  method: "PATCH",
  path: "/alerts/:id",
  summary: "Update an alert",
  description:
    "Lists of `notify` that are left out stay. An alert that is switched off forgets what it had told of, so that it tells again when it is switched on.",
  role: "editor",
  params: idParams,
  body: updateAlertBody,
  answers: { 200: alert },
  handle: async ({ principal, params, body }, { bus }) =>
    (await bus.call(updateAlert, { principal, ...params, body })).alert,
});

/** Deletes a rule with its history. Idempotent by state: a second delete is `alert_not_found`. */
const deleteRoute = ownerRoute({
  method: "DELETE",
  path: "/alerts/:id",
  summary: "Delete an alert",
  role: "editor",
  params: idParams,
  answers: { 200: deleted },
  handle: async ({ principal, params }, { bus }) => {
    await bus.call(deleteAlert, { principal, ...params });
    return DELETED;
  },
});

/** Sends a test to everybody whom the rule notifies. Idempotent by `Idempotency-Key`, else by the signature. */
const testRoute = ownerRoute({
  method: "POST",
  path: "/alerts/:id/test",
  summary: "Test an alert",
  description: "Sends a test to all targets and to the receivers of `alert.fired`. The outcome is in the history.",
  role: "editor",
  config: { repeatable: true },
  records: actOn("alert", "alert.tested"),
  params: idParams,
  answers: { 202: alertFiring },
  handle: async ({ principal, params, repeatable, markReplay }, { bus }) => {
    const { firing, replayed } = await bus.call(testAlert, { principal, ...params, ...repeatable });
    markReplay(replayed);
    return firing;
  },
});

/** Crossings and who was notified of them, newest first. */
const firingsRoute = ownerRoute({
  method: "GET",
  path: "/alerts/:id/firings",
  summary: "List the firings of an alert",
  description: "With all recipients and outcomes. Kept for 400 days.",
  role: "editor",
  params: idParams,
  query: pageQuery,
  answers: { 200: pageOf(alertFiring) },
  handle: async ({ principal, params, query: { limit, cursor } }, { bus }) =>
    wirePage(await bus.call(listAlertFirings, { principal, ...params, limit, cursor })),
});

export const alertRoutes = [listRoute, createRoute, getRoute, updateRoute, deleteRoute, testRoute, firingsRoute];
