import { newId, requireRole, type takeOverSession, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import { type EscalationDeps, tellChange } from "./escalation-deps.js";

/** Takes a running session over for an operator. Idempotent by state. Throws `escalation_assigned` when another one has it. */
export const takeOverSessionHandler =
  (deps: EscalationDeps) =>
  async (input: z.output<typeof takeOverSession.request>): Promise<z.input<typeof takeOverSession.response>> => {
    requireRole(input.principal, "operator");
    const tenantId = tenantOf(input.principal);
    const { sessionId, operator, name, reason } = input;
    const p = { session_id: sessionId, id: newId(), operator, name, reason };
    const changed = await deps.escalations.takeOver(tenantId, p);
    tellChange(deps, tenantId, changed);
    return { escalation: changed.escalation };
  };
