import type { Db } from "@parley/db";

export interface DueWebhook {
  id: string;
  tenant_id: string;
  url: string;
  payload: Record<string, unknown>;
  /** Of the turn that asked for it. */
  traceparent: string | null;
  /** This one included. */
  attempts: number;
}

/** SQL of the deliveries that `webhook:` actions asked for. */
export function createActionWebhookRepository(db: Db) {
  return {
    /** Takes due deliveries for `holdMs`: nobody else takes them until then, whatever becomes of this process. */
    claim(limit: number, holdMs: number): Promise<DueWebhook[]> {
      return db.query<DueWebhook>("select * from claim_action_webhooks($1, $2)", [limit, holdMs]);
    },
    /** Ends a delivery, or says when to try again (null = never). Idempotent: an ended one stays as it is. */
    async settle(id: string, tenantId: string, result: { outcome: string; retryMs: number | null }): Promise<void> {
      await db.query("select settle_action_webhook($1, $2, $3, $4)", [tenantId, id, result.outcome, result.retryMs]);
    },
  };
}
export type ActionWebhookRepository = ReturnType<typeof createActionWebhookRepository>;
