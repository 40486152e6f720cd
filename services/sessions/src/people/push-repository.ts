import { AppError, newId, type PushSubscriptionView, pushSubscription } from "@parley/contracts";
import { type Db, sql } from "@parley/db";

interface Of {
  tenantId: string;
  userId: string;
}

/** Maximum per person; the oldest is replaced by the newest. */
const MOST = 20;
const SHOWN = sql.raw("id, host, iso(created_at) as created_at");

/** SQL of the browsers that get notices while no page is open. */
export const createPushRepository = (db: Db) => ({
  list: ({ tenantId, userId }: Of): Promise<PushSubscriptionView[]> =>
    db.tenant(tenantId, async (trx) => {
      const { rows } = await sql`select ${SHOWN} from push_subscriptions where user_id = ${userId}
        order by created_at desc, id desc`.execute(trx);
      return rows.map((row) => pushSubscription.parse(row));
    }),
  /** `seal` binds the subscription to the id of its row. A known browser is reassigned to this person. */
  keep: (
    { tenantId, userId }: Of,
    given: { endpointHash: string; host: string; seal: (id: string) => string },
  ): Promise<PushSubscriptionView> =>
    db.tenant(tenantId, async (trx) => {
      const { endpointHash, host, seal } = given;
      const id = newId();
      await sql`insert into push_subscriptions (id, tenant_id, user_id, endpoint_hash, host, subscription_sealed)
        values (${id}, ${tenantId}, ${userId}, ${endpointHash}, ${host}, ${seal(id)})
        on conflict (tenant_id, endpoint_hash) do nothing`.execute(trx);
      const { rows } = await sql<{ id: string }>`select id from push_subscriptions
        where tenant_id = ${tenantId} and endpoint_hash = ${endpointHash} for update`.execute(trx);
      const kept = rows[0]?.id;
      if (kept === undefined) throw new AppError("conflict");
      const changed = await sql`update push_subscriptions
        set user_id = ${userId}, host = ${host}, subscription_sealed = ${seal(kept)}
        where id = ${kept} returning ${SHOWN}`.execute(trx);
      await sql`delete from push_subscriptions where user_id = ${userId} and id not in (
        select id from push_subscriptions where user_id = ${userId} order by created_at desc, id desc limit ${MOST})`.execute(
        trx,
      );
      return pushSubscription.parse(changed.rows[0]);
    }),
  /** Returns whether the subscription existed. */
  remove: ({ tenantId, userId }: Of, id: string): Promise<boolean> =>
    db.tenant(tenantId, async (trx) => {
      const { rows } =
        await sql`delete from push_subscriptions where id = ${id} and user_id = ${userId} returning id`.execute(trx);
      return rows.length > 0;
    }),
  /** Removes a browser that its push service reports as gone. */
  forget: (tenantId: string, id: string): Promise<void> =>
    db.tenant(tenantId, async (trx) => {
      await sql`delete from push_subscriptions where id = ${id}`.execute(trx);
    }),
});
export type PushRepository = ReturnType<typeof createPushRepository>;
