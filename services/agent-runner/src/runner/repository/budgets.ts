import { type Db, namedCall } from "@parley/db";
import type { Reservation, ReservationAnswer, TurnTry } from "@parley/turns";

/** The SQL of budgets, one round trip each. */
export function createBudgetRepository(db: Db) {
  return {
    /** Reserves the most a model call may cost. Idempotent: it replaces the earlier reservation of the same try. */
    async reserve(reservation: Reservation): Promise<ReservationAnswer> {
      const { tenant_id, conversation_id, ...use } = reservation;
      const [call, values] = namedCall("reserve_budget", { tenant: tenant_id, conversation: conversation_id, ...use });
      const [row] = await db.query<{ r: ReservationAnswer }>(`select ${call} as r`, values);
      if (!row) throw new Error("no answer");
      return row.r;
    },
    /** Charges the usage of a try that will not be committed. Idempotent by the try. */
    async abandon(used: TurnTry & { tokens: number; cost: number }): Promise<void> {
      await db.query("select abandon_budget($1, $2, $3, $4, $5, $6)", [
        used.tenant_id,
        used.conversation_id,
        used.seq,
        used.fence,
        used.tokens,
        used.cost,
      ]);
    },
    /** The link whose budget a session's turns are charged to; null = none. */
    async linkOf(tenantId: string, conversationId: string): Promise<string | null> {
      const [row] = await db.query<{ r: string | null }>("select session_budget($1, $2) as r", [
        tenantId,
        conversationId,
      ]);
      return row?.r ?? null;
    },
  };
}
export type BudgetRepository = ReturnType<typeof createBudgetRepository>;
