import { type closeEscalation, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import { type EscalationDeps, tellChange } from "./escalation-deps.js";

/**
 * Resolves an escalation, or hands the session back to the agent, whose workflow then continues in a separate turn. Works once: later
 * calls get `escalation_resolved`. Throws `escalation_assigned` when another operator has it.
 */
export const closeEscalationHandler =
  (deps: EscalationDeps) =>
  async (input: z.output<typeof closeEscalation.request>): Promise<z.input<typeof closeEscalation.response>> => {
    requireRole(input.principal, "operator");
    const tenantId = tenantOf(input.principal);
    const { id, operator, how, summary, endSession } = input;
    const changed = await deps.escalations.close(tenantId, id, { operator, how, summary, endSession });
    tellChange(deps, tenantId, changed);
    return { escalation: changed.escalation };
  };
