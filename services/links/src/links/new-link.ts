import {
  type AgentView,
  AppError,
  getSession,
  type Link,
  linkCreated,
  newId,
  type Principal,
  tenantOf,
} from "@parley/contracts";
import type { Fact } from "@parley/db";
import { storedPin } from "../access/pin.js";
import type { LinksDeps } from "../deps.js";
import { withTemplate } from "../templates/with-template.js";
import type { TenantTransaction } from "../transaction.js";
import { requireVersion } from "./agents.js";
import { expiryInThePast, type LinkChange, parseLinkBody } from "./link-body.js";
import { lockMaker, requireQuota } from "./link-quota.js";
import { ownerView } from "./link-row.js";
import { findLink, insertLink, isFuture, sealedTokenAad, setBudget } from "./repository.js";

/** A planned link: everything that needs no transaction is done. */
export interface PlannedLink {
  tenantId: string;
  agent: AgentView;
  createdBy: string;
  id: string;
  change: LinkChange;
  pinHash: string | null | undefined;
}

export interface MadeLink {
  link: Link;
  token: string;
}

/**
 * Parses the body of a new link, fills in its template, and checks its references with other services. Throws
 * `validation_failed`, `template_not_found`, `version_not_found`, `session_not_found`.
 */
export async function planLink(
  deps: LinksDeps,
  of: { principal: Principal; agent: AgentView; body: unknown },
): Promise<PlannedLink> {
  const tenantId = tenantOf(of.principal);
  const change = parseLinkBody(await withTemplate(deps, tenantId, of.body));
  await requireReferences(deps, { tenantId, agent: of.agent, change });
  const id = newId();
  const pinHash = await storedPin(deps, id, change.pin);
  return { tenantId, agent: of.agent, createdBy: of.principal.id, id, change, pinHash };
}

/** References of a body must exist: the agent's version, and a session of the same tenant and agent. */
export async function requireReferences(
  deps: LinksDeps,
  of: { tenantId: string; agent: AgentView; change: LinkChange },
): Promise<void> {
  const { agent_version: version, source_session_id: sessionId } = of.change.values;
  if (typeof version === "number") await requireVersion(deps.bus, of.agent, version);
  if (typeof sessionId !== "string") return;
  const access = { type: "hmac", tenantId: of.tenantId, sessionId } as const;
  const { session } = await deps.bus.call(getSession, { access });
  if (session.agent_id !== of.agent.id) throw new AppError("session_not_found");
}

/** Writes a planned link within its caller's quota. Throws `links_exhausted`, and `validation_failed` for an expiry in the past. */
export async function makeLink(
  deps: LinksDeps,
  trx: TenantTransaction,
  plan: PlannedLink,
): Promise<{ made: MadeLink; fact: Fact }> {
  const { tenantId, agent, createdBy, id, change } = plan;
  if (change.expiry.type === "at" && !(await isFuture(trx, change.expiry.iso))) throw expiryInThePast();
  const counts = change.values.is_active !== false;
  if (counts) await lockMaker(trx, { tenantId, createdBy });
  const issued = deps.secrets.issue("link");
  await insertLink(trx, {
    id,
    tenantId,
    agentId: agent.id,
    tokenId: issued.id,
    tokenHash: issued.hash,
    tokenHint: issued.hint,
    tokenSealed: deps.secrets.seal(issued.token, sealedTokenAad(tenantId, id)),
    createdBy,
    values: { ...change.values, title: change.values.title ?? agent.name, pin_hash: plan.pinHash },
    expiry: change.expiry,
  });
  if (counts) await requireQuota(trx, { tenantId, createdBy }, deps.config.LINKS_PER_CALLER_MAX);
  await setBudget(trx, { tenantId, id }, change.budget);
  const row = await findLink(trx, { agentId: agent.id, id });
  if (row === null) throw new Error("a link vanished inside its own transaction");
  return {
    made: { link: ownerView(row, { messages: 0, sessions_active: 0 }), token: issued.token },
    fact: { contract: linkCreated, key: id, payload: { linkId: id, tenantId } },
  };
}
