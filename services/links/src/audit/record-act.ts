import { type recordAct as contract, tenantOf } from "@parley/contracts";
import { sql } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";

/** Writes an act of the caller to the audit; after a lost answer an entry may describe something that never happened. */
export const recordAct =
  ({ db }: LinksDeps) =>
  async (input: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    const { principal, action, targetType, targetId } = input;
    const tenantId = tenantOf(principal);
    await db.tenant(tenantId, (trx) =>
      sql`select note_act(${tenantId}, ${action}, ${targetType}, ${targetId})`.execute(trx),
    );
    return {};
  };
