import {
  ALERT_KINDS,
  type Alert,
  AppError,
  alertProblem,
  type CreateAlertBody,
  type createAlert,
  type deleteAlert,
  type getAlert,
  type listAlertFirings,
  type listAlerts,
  newId,
  type Principal,
  requireRole,
  tenantOf,
  type testAlert,
  type updateAlert,
} from "@parley/contracts";
import { once } from "@parley/db";
import type { z } from "zod";
import type { SessionsDeps } from "../deps.js";
import { alertAad, changedTargets, shownTargets } from "../people/targets.js";
import type { CheckAddress } from "../webhooks/check-address.js";
import type { EndpointRepository } from "../webhooks/endpoint-repository.js";
import { decodeCursor, pageOf } from "../webhooks/list-page.js";
import * as repository from "./repository.js";

type In<C extends { request: z.ZodType }> = z.output<C["request"]>;
type Out<C extends { response: z.ZodType }> = Promise<z.input<C["response"]>>;

export interface AlertDeps extends Pick<SessionsDeps, "db" | "secrets"> {
  endpoints: EndpointRepository;
  checkAddress: CheckAddress;
}

const viewOf = ({ secrets }: AlertDeps, { targets, ...row }: repository.AlertRow): Alert => ({
  ...row,
  notify: shownTargets(secrets, alertAad(row.id), targets),
});

/** Rules contain addresses of the team, so only editors see them; rules about dead letters are for admins. */
function requireEditor(principal: Principal, kind?: Alert["kind"]): string {
  requireRole(principal, kind === "dead_letters" ? "admin" : "editor");
  return tenantOf(principal);
}

async function scopeOf(deps: AlertDeps, tenantId: string, { agent, link_id: linkId }: CreateAlertBody) {
  const agentId = agent === undefined ? null : await deps.endpoints.agentId(tenantId, agent);
  if (agent !== undefined && agentId === null) throw new AppError("agent_not_found");
  if (linkId !== undefined) await repository.requireLink(deps.db, tenantId, linkId);
  return { agentId, linkId: linkId ?? null };
}

/**
 * Creates a rule. Idempotent by the caller's key, else by the signature. Throws `agent_not_found`, `link_not_found`, `validation_failed`.
 */
export const createAlertHandler =
  (deps: AlertDeps) =>
  async ({ principal, body, isOperator, ...repeatable }: In<typeof createAlert>): Out<typeof createAlert> => {
    const tenantId = requireEditor(principal, body.kind);
    if (body.all_tenants && !isOperator) throw new AppError("forbidden");
    const id = newId();
    const { threshold, hours } = ALERT_KINDS[body.kind];
    const made = {
      ...{ id, tenantId, ...(await scopeOf(deps, tenantId, body)), createdBy: principal.id },
      ...{ kind: body.kind, name: body.name ?? null, allTenants: body.all_tenants ?? false },
      ...{ threshold: body.threshold ?? threshold, windowHours: body.window_hours ?? hours },
      tellRecovery: body.tell_recovery ?? false,
      targets: changedTargets(deps, alertAad(id), { before: [], given: body.notify }),
    };
    const request = { tenantId, scope: "alerts.create", repeatable, sealing: deps.secrets };
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<{ alert: Alert }>(trx, request, async () => {
        await repository.insertAlert(trx, made);
        return { answer: { alert: viewOf(deps, await repository.readAlert(trx, id)) }, facts: [] };
      }),
    );
    return answer;
  };

/** Rules of the tenant, newest first. A read. */
export const listAlertsHandler =
  (deps: AlertDeps) =>
  async ({ principal, limit, cursor }: In<typeof listAlerts>): Out<typeof listAlerts> => {
    const tenantId = requireEditor(principal);
    const before = cursor === undefined ? null : decodeCursor(cursor);
    const rows = await deps.db.tenant(tenantId, (trx) => repository.listAlerts(trx, { before, limit: limit + 1 }));
    return pageOf(
      rows.map((row) => viewOf(deps, row)),
      limit,
    );
  };

/** A read. Throws `alert_not_found`. */
export const getAlertHandler =
  (deps: AlertDeps) =>
  async ({ principal, id }: In<typeof getAlert>): Out<typeof getAlert> => {
    const tenantId = requireEditor(principal);
    return { alert: viewOf(deps, await deps.db.tenant(tenantId, (trx) => repository.readAlert(trx, id))) };
  };

/** Changes the given fields. Idempotent by state. Throws `alert_not_found`, `validation_failed`. */
export const updateAlertHandler =
  (deps: AlertDeps) =>
  async ({ principal, id, body }: In<typeof updateAlert>): Out<typeof updateAlert> => {
    const tenantId = requireEditor(principal);
    return deps.db.tenant(tenantId, async (trx) => {
      const before = await repository.lockAlert(trx, id);
      requireEditor(principal, before.kind);
      const problem = alertProblem(before.kind, body);
      if (problem) {
        const errors = [{ pointer: `/${problem.path}`, rule: "range", message: problem.message }];
        throw new AppError("validation_failed", { errors });
      }
      await repository.writeAlert(trx, {
        id,
        name: body.name === undefined ? before.name : body.name,
        threshold: body.threshold ?? before.threshold,
        window_hours: body.window_hours ?? before.window_hours,
        tell_recovery: body.tell_recovery ?? before.tell_recovery,
        is_active: body.is_active ?? before.is_active,
        targets: changedTargets(deps, alertAad(id), { before: before.targets, given: body.notify }),
      });
      return { alert: viewOf(deps, await repository.readAlert(trx, id)) };
    });
  };

/** Deletes a rule with its history. Idempotent by state. Throws `alert_not_found`. */
export const deleteAlertHandler =
  (deps: AlertDeps) =>
  async ({ principal, id }: In<typeof deleteAlert>): Out<typeof deleteAlert> => {
    const tenantId = requireEditor(principal);
    const removed = await deps.db.tenant(tenantId, async (trx) => {
      requireEditor(principal, (await repository.readAlert(trx, id)).kind);
      return repository.removeAlert(trx, id);
    });
    if (!removed) throw new AppError("alert_not_found");
    return {};
  };

/** Sends a test to everybody whom the rule notifies. Idempotent by the caller's key, else by the signature. Throws `alert_not_found`. */
export const testAlertHandler =
  (deps: AlertDeps) =>
  async ({ principal, id, ...repeatable }: In<typeof testAlert>): Out<typeof testAlert> => {
    const tenantId = requireEditor(principal);
    const { answer } = await deps.db.tenant(tenantId, (trx) =>
      once<z.input<typeof testAlert.response>>(trx, { tenantId, scope: "alerts.test", repeatable }, async () => ({
        answer: { firing: await repository.testAlert(trx, id) },
        facts: [],
      })),
    );
    return answer;
  };

/** Crossings of a rule and who was notified of them, newest first. A read. Throws `alert_not_found`. */
export const listAlertFiringsHandler =
  (deps: AlertDeps) =>
  async ({ principal, id, limit, cursor }: In<typeof listAlertFirings>): Out<typeof listAlertFirings> => {
    const tenantId = requireEditor(principal);
    const before = cursor === undefined ? null : decodeCursor(cursor);
    const rows = await deps.db.tenant(tenantId, async (trx) => {
      await repository.readAlert(trx, id);
      return repository.listFirings(trx, { alertId: id, before, limit: limit + 1 });
    });
    const { data, nextCursor } = pageOf(rows, limit);
    return { data: data.map(({ r }) => r), nextCursor };
  };
