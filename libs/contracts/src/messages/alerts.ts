import { z } from "zod";
import { event, rpc } from "../declare.js";
import { alert, alertFiring, alertKind, createAlertBody, updateAlertBody } from "../http/alerts.js";
import { principal, repeatableRequest, replayable } from "./callers.js";

const uuid = z.uuid();
const owned = { principal, id: uuid };
const paged = { limit: z.number().int(), cursor: z.string().optional() };
const nextCursor = z.string().nullable();

const call = <Req extends z.ZodType, Res extends z.ZodType>(name: string, request: Req, response: Res) =>
  rpc("sessions", name, "sessions", request, response);

/** `isOperator`: the caller works across tenants. */
export const createAlert = call(
  "create_alert",
  z.object({ principal, body: createAlertBody, isOperator: z.boolean(), ...repeatableRequest }),
  z.object({ alert, ...replayable }),
);

export const listAlerts = call(
  "list_alerts",
  z.object({ principal, ...paged }),
  z.object({ data: z.array(alert), nextCursor }),
);

export const getAlert = call("get_alert", z.object(owned), z.object({ alert }));

export const updateAlert = call("update_alert", z.object({ ...owned, body: updateAlertBody }), z.object({ alert }));

export const deleteAlert = call("delete_alert", z.object(owned), z.object({}));

/** Tells everybody that the rule would tell. */
export const testAlert = call(
  "test_alert",
  z.object({ ...owned, ...repeatableRequest }),
  z.object({ firing: alertFiring, ...replayable }),
);

export const listAlertFirings = call(
  "list_alert_firings",
  z.object({ ...owned, ...paged }),
  z.object({ data: z.array(alertFiring), nextCursor }),
);

const crossing = z.object({
  tenantId: uuid,
  alertId: uuid,
  firingId: uuid,
  kind: alertKind,
  agentId: uuid.nullable(),
  linkId: uuid.nullable(),
  webhookId: uuid.nullable(),
  value: z.number().nullable(),
  threshold: z.number(),
  test: z.boolean(),
});

/** A number has crossed the threshold of a rule, or its owner tries the rule. */
export const alertFired = event("sessions", "alert_fired", crossing);

/** It has recovered, and the rule reports recoveries. */
export const alertRecovered = event("sessions", "alert_recovered", crossing);
