import {
  AppError,
  type updateLink as contract,
  linkRevoked,
  linkUpdated,
  requireRole,
  tenantOf,
} from "@parley/contracts";
import { changeWithFacts } from "@parley/db";
import type { z } from "zod";
import { requireAgent, requireVersion } from "../agents.js";
import type { LinksDeps } from "../deps.js";
import { expiryInThePast, parseLinkBody } from "../link-body.js";
import { storedPin } from "../pin.js";
import { ownerView } from "../repository/link-row.js";
import { findLink, isFuture, setBudget, usageOf, updateLink as writeLink } from "../repository/links.js";

/**
 * Changes the given fields of a link, never its token. Idempotent: the same body again changes nothing. Disabling a link
 * closes its streams, while its sessions stay and go on when it is enabled again.
 */
export const updateLink =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const change = parseLinkBody(input.body);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const pinned = change.values.agent_version;
    if (typeof pinned === "number") await requireVersion(deps.bus, agent, pinned);

    const at = { agentId: agent.id, id: input.id };
    const pin_hash = await storedPin(deps, input.id, change.pin);
    const link = await changeWithFacts(deps, tenantId, async (trx) => {
      if (change.expiry.type === "at" && !(await isFuture(trx, change.expiry.iso))) throw expiryInThePast();
      const values = { ...change.values, pin_hash };
      const found = await writeLink(trx, at, { values, expiry: change.expiry });
      if (found) await setBudget(trx, { tenantId, id: input.id }, change.budget);
      const row = found ? await findLink(trx, at) : null;
      if (row === null) throw new AppError("link_not_found");
      const usage = await usageOf(trx, [row.id]);
      return {
        answer: ownerView(row, usage.get(row.id) ?? { messages: 0, sessions_active: 0 }),
        facts: [
          {
            contract: change.values.is_active === false ? linkRevoked : linkUpdated,
            key: row.id,
            payload: { linkId: row.id, tenantId },
          },
        ],
      };
    });
    return { link };
  };
