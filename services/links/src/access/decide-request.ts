import { AppError, type decideAccessRequest as contract, requireRole, tenantOf } from "@parley/contracts";
import type { Mailer } from "@parley/mail";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { requireAgent } from "../links/agents.js";
import { writeMail } from "../mails/write-mail.js";
import { decide } from "./repository.js";
import { requestView } from "./request-view.js";
import { openAddressee } from "./sealed-address.js";

/**
 * Approves or denies a request; a decision may be changed later, and applies from the requester's next message on. Idempotent by
 * state: repeating a decision changes nothing and mails nobody. The requester is not told of a denial.
 */
export const decideRequest =
  (deps: LinksDeps, mailer: Mailer) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(input.principal, "editor");
    const tenantId = tenantOf(input.principal);
    const agent = await requireAgent(deps.bus, input.principal, input.agent);
    const status = input.decision === "approve" ? "approved" : "denied";
    const decided = await deps.db.tenant(tenantId, (trx) =>
      decide(trx, { agentId: agent.id, id: input.id }, { status, by: input.principal.id }),
    );
    if (decided === null) throw new AppError("access_request_not_found");
    const at = { tenantId, agentId: agent.id };
    if (decided.changed && status === "approved") {
      const { email: to, language } = openAddressee(deps.secrets, at, decided.row.address_sealed);
      void mailer.send({ tenantId, to, ...writeMail("approved", language, { agent: agent.name }) });
    }
    return { request: requestView(deps, at, decided.row) };
  };
