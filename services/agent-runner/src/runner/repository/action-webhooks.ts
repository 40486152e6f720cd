import { type Db, sql } from "@parley/db";

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
    /** What signs the deliveries of a tenant, sealed, the newest first; empty = nobody was told a secret yet. */
    async secrets(tenantId: string): Promise<string[]> {
      const { rows } = await db.tenant(tenantId, (trx) =>
        sql<{ now: string; before: string | null }>`select secret_sealed as now,
            case when previous_secret_until > clock_timestamp() then previous_secret_sealed end as before
          from action_webhook_secrets where tenant_id = ${tenantId}`.execute(trx),
      );
      return rows.flatMap(({ now, before }) => (before === null ? [now] : [now, before]));
    },
    /** Ends a delivery, or says when to try again (null = never). Idempotent: an ended one stays as it is. */
    async settle(id: string, tenantId: string, result: { outcome: string; retryMs: number | null }): Promise<void> {
      await db.query("select settle_action_webhook($1, $2, $3, $4)", [tenantId, id, result.outcome, result.retryMs]);
    },
  };
}
export type ActionWebhookRepository = ReturnType<typeof createActionWebhookRepository>;
