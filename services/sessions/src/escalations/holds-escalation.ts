import { type holdsEscalation, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { EscalationDeps } from "./escalation-deps.js";

/** The session of an operator's escalation. A read; throws when the escalation is not theirs. */
export const holdsEscalationHandler =
  ({ escalations }: EscalationDeps) =>
  async ({
    principal,
    id,
    operator,
  }: z.output<typeof holdsEscalation.request>): Promise<z.input<typeof holdsEscalation.response>> => {
    requireRole(principal, "operator");
    const { session_id: sessionId } = await escalations.holds(tenantOf(principal), id, operator);
    return { sessionId };
  };
