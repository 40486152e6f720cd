import { AppError, type revealLink as contract, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "./agents.js";
import { findSealedToken, sealedTokenAad } from "./repository.js";

/**
 * Shows the token of a link again to callers who may create links. A read. Throws `link_not_found`, and `link_address_unknown` for a
 * link created before tokens were stored sealed.
 */
export const revealLink =
  (deps: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const found = await deps.db.tenant(tenantId, (trx) => findSealedToken(trx, { agentId: agent.id, id: input.id }));
    if (found === null) throw new AppError("link_not_found");
    if (found.sealed === null) throw new AppError("link_address_unknown");
    const { sealed, ...shown } = found;
    return { token: deps.secrets.open(sealed, sealedTokenAad(tenantId, input.id)), ...shown };
  };
