import { AppError, type listEscalations, requireRole, tenantOf } from "@parley/contracts";
import { z } from "zod";
import type { EscalationDeps } from "./escalation-deps.js";

const position = z.tuple([z.iso.datetime(), z.uuid()]);

function placeOf(cursor: string): { createdAt: string; id: string } {
  try {
    const [createdAt, id] = position.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { createdAt, id };
  } catch (cause) {
    const errors = [{ pointer: "query/cursor", rule: "cursor", message: "is not a cursor of this list" }];
    throw new AppError("validation_failed", { cause, errors });
  }
}

/** The queue: escalations of the tenant, oldest first. A read; operators and above. */
export const listEscalationsHandler =
  ({ escalations }: EscalationDeps) =>
  async (input: z.output<typeof listEscalations.request>): Promise<z.input<typeof listEscalations.response>> => {
    requireRole(input.principal, "operator");
    const { status, sessionId, assignedTo, limit, cursor } = input;
    const after = cursor === undefined ? null : placeOf(cursor);
    const data = await escalations.list(tenantOf(input.principal), { status, sessionId, assignedTo, limit, after });
    const last = data.at(-1);
    const more = last !== undefined && data.length === limit;
    const next = (): string => Buffer.from(JSON.stringify([last?.created_at, last?.id])).toString("base64url");
    return { data, nextCursor: more ? next() : null };
  };
