import { type AgentView, AppError, linkRevoked, linkUpdated } from "@parley/contracts";
import type { Fact } from "@parley/db";
import { storedPin } from "../access/pin.js";
import type { LinksDeps } from "../deps.js";
import type { TenantTransaction } from "../transaction.js";
import { expiryInThePast, type LinkChange, parseLinkBody } from "./link-body.js";
import { lockMaker, makerOf, requireQuota } from "./link-quota.js";
import { requireReferences } from "./new-link.js";
import { applyLimits, isFuture, setBudget, updateLink } from "./repository.js";

/** A planned change: everything that needs no transaction is done. */
export interface PlannedChange {
  tenantId: string;
  agentId: string;
  id: string;
  change: LinkChange;
  pinHash: string | null | undefined;
}

/** Parses a change and checks its references with other services. Throws `validation_failed`, `version_not_found`, `session_not_found`. */
export async function planChange(
  deps: LinksDeps,
  of: { tenantId: string; agent: AgentView; id: string; body: unknown },
): Promise<PlannedChange> {
  const { tenantId, agent, id } = of;
  const change = parseLinkBody(of.body);
  await requireReferences(deps, { tenantId, agent, change });
  return { tenantId, agentId: agent.id, id, change, pinHash: await storedPin(deps, id, change.pin) };
}

/**
 * Writes a planned change. Expiry, message limit and idle timeout reach the link's live sessions in the same transaction;
 * what was pinned when a session began (version, prompts, first message) stays. Throws `link_not_found`, `links_exhausted` when
 * the change reactivates a link beyond the quota, and `validation_failed` for an expiry in the past.
 */
export async function changeLink(deps: LinksDeps, trx: TenantTransaction, plan: PlannedChange): Promise<Fact> {
  const { tenantId, id, change } = plan;
  const at = { agentId: plan.agentId, id };
  if (change.expiry.type === "at" && !(await isFuture(trx, change.expiry.iso))) throw expiryInThePast();
  const mayRevive = change.values.is_active === true || change.expiry.type !== "keep";
  const before = mayRevive ? await makerOf(trx, at) : null;
  const maker = before === null || before.active ? null : { tenantId, createdBy: before.createdBy };
  if (maker !== null) await lockMaker(trx, maker);
  const values = { ...change.values, pin_hash: plan.pinHash };
  if (!(await updateLink(trx, at, { values, expiry: change.expiry }))) throw new AppError("link_not_found");
  if (maker !== null && (await makerOf(trx, at))?.active === true)
    await requireQuota(trx, maker, deps.config.LINKS_PER_CALLER_MAX);
  await setBudget(trx, { tenantId, id }, change.budget);
  await applyLimits(trx, id, {
    expiry: change.expiry.type !== "keep",
    messages: values.max_messages_per_session !== undefined,
    timeout: values.session_timeout_minutes !== undefined,
  });
  const contract = values.is_active === false ? linkRevoked : linkUpdated;
  return { contract, key: id, payload: { linkId: id, tenantId } };
}
