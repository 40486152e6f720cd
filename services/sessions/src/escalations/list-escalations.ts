import { type listEscalations, requireRole, tenantOf, timeCursor } from "@parley/contracts";
import type { z } from "zod";
import type { EscalationDeps } from "./escalation-deps.js";

/** The queue: escalations of the tenant, oldest first. A read; operators and above. */
export const listEscalationsHandler =
  ({ escalations }: EscalationDeps) =>
  async (input: z.output<typeof listEscalations.request>): Promise<z.input<typeof listEscalations.response>> => {
    requireRole(input.principal, "operator");
    const { status, sessionId, assignedTo, limit, cursor } = input;
    const after = cursor === undefined ? null : timeCursor.decode(cursor);
    const data = await escalations.list(tenantOf(input.principal), { status, sessionId, assignedTo, limit, after });
    const next = data.length === limit ? data.at(-1) : undefined;
    return { data, nextCursor: next ? timeCursor.encode({ createdAt: next.created_at, id: next.id }) : null };
  };
