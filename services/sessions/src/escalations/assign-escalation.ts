import { type assignEscalation, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import { type EscalationDeps, tellChange } from "./escalation-deps.js";

/**
 * Assigns an escalation to an operator and silences the agent in one transaction: a running turn is fenced out. Idempotent by state.
 * Throws `escalation_assigned` when another operator has it and this is not a transfer.
 */
export const assignEscalationHandler =
  (deps: EscalationDeps) =>
  async (input: z.output<typeof assignEscalation.request>): Promise<z.input<typeof assignEscalation.response>> => {
    requireRole(input.principal, "operator");
    const tenantId = tenantOf(input.principal);
    const { id, operator, name, transfer } = input;
    const changed = await deps.escalations.assign(tenantId, id, { operator, name, transfer });
    tellChange(deps, tenantId, changed);
    return { escalation: changed.escalation };
  };
