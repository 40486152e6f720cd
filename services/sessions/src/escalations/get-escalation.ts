import { type countEscalations, type getEscalation, requireRole, tenantOf } from "@parley/contracts";
import type { z } from "zod";
import type { EscalationDeps } from "./escalation-deps.js";

/** One escalation. A read; operators and above. */
export const getEscalationHandler =
  ({ escalations }: EscalationDeps) =>
  async ({
    principal,
    id,
  }: z.output<typeof getEscalation.request>): Promise<z.input<typeof getEscalation.response>> => {
    requireRole(principal, "operator");
    return { escalation: await escalations.get(tenantOf(principal), id) };
  };

/** How many wait. A read; operators and above. */
export const countEscalationsHandler =
  ({ escalations }: EscalationDeps) =>
  async ({
    principal,
    operator,
  }: z.output<typeof countEscalations.request>): Promise<z.input<typeof countEscalations.response>> => {
    requireRole(principal, "operator");
    return escalations.count(tenantOf(principal), operator);
  };
