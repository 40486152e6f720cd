import { AppError, type WebhookView, webhookView } from "@parley/contracts";
import { type Db, type NamedRequest, type Once, once, sql } from "@parley/db";

export interface ListPosition {
  createdAt: string;
  id: string;
}

export interface NewEndpoint {
  id: string;
  url: string;
  events: string[];
  agentId: string | null;
  description: string | null;
  includeTranscript: boolean;
  includeLatencyMetrics: boolean;
  secret: NewSecret;
  createdBy: string;
}

/** A secret to store sealed and to show once. */
export interface NewSecret {
  plain: string;
  sealed: string;
}

export interface WithSecret {
  webhook: WebhookView;
  secret: string;
}

export interface EndpointChange {
  url?: string | undefined;
  events?: string[] | undefined;
  description?: string | null | undefined;
  include_transcript?: boolean | undefined;
  include_latency_metrics?: boolean | undefined;
  is_active?: boolean | undefined;
}

const COLUMNS =
  sql.raw(`id, url, events, agent_id, agent_version, description, include_transcript, include_latency_metrics, is_active,
  disabled_reason, iso(disabled_at) as disabled_at, failures, iso(failing_since) as failing_since,
  case when previous_secret_until > clock_timestamp() then iso(previous_secret_until) end as previous_secret_until,
  iso(created_at) as created_at, iso(updated_at) as updated_at`);

const one = (rows: unknown[]): WebhookView | null => (rows[0] === undefined ? null : webhookView.parse(rows[0]));

/** SQL of the receivers, within one tenant each. */
export function createEndpointRepository(db: Db) {
  return {
    /** The id of an agent by its slug or id; null = no such agent. */
    agentId: (tenantId: string, agent: string): Promise<string | null> =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ id: string }>`select id from agents where slug = ${agent} or id::text = ${agent}
          order by (id::text = ${agent}) desc limit 1`.execute(trx);
        return rows[0]?.id ?? null;
      }),
    /** Inserts a receiver, once per request. Throws `idempotency_key_reused`. */
    insert: (tenantId: string, at: NewEndpoint, request: NamedRequest): Promise<Once<WithSecret>> =>
      db.tenant(tenantId, async (trx) => {
        const made = await once<WithSecret>(trx, request, async () => {
          const { rows } = await sql`insert into webhook_endpoints
            (id, tenant_id, agent_id, url, events, description, include_transcript, include_latency_metrics, secret_sealed, created_by)
          values (${at.id}, ${tenantId}, ${at.agentId}, ${at.url}, ${at.events}, ${at.description}, ${at.includeTranscript},
            ${at.includeLatencyMetrics}, ${at.secret.sealed}, ${at.createdBy}) returning ${COLUMNS}`.execute(trx);
          return { answer: { webhook: webhookView.parse(rows[0]), secret: at.secret.plain }, facts: [] };
        });
        return made.answer;
      }),
    find: (tenantId: string, id: string): Promise<WebhookView | null> =>
      db.tenant(tenantId, async (trx) =>
        one((await sql`select ${COLUMNS} from webhook_endpoints where id = ${id}`.execute(trx)).rows),
      ),
    /** Newest first. */
    list: (tenantId: string, at: { before: ListPosition | null; limit: number }): Promise<WebhookView[]> =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql`select ${COLUMNS} from webhook_endpoints
           where tenant_id = ${tenantId} and (${at.before?.createdAt ?? null}::timestamptz is null
             or (created_at, id) < (${at.before?.createdAt ?? null}::timestamptz, ${at.before?.id ?? null}::uuid))
           order by created_at desc, id desc limit ${at.limit}`.execute(trx);
        return rows.map((row) => webhookView.parse(row));
      }),
    /** Switching on resets the failures; null = no such receiver. */
    update: (tenantId: string, id: string, change: EndpointChange): Promise<WebhookView | null> =>
      db.tenant(tenantId, async (trx) => {
        const { url, events, description, is_active: active } = change;
        const { rows } = await sql`update webhook_endpoints set
            url = coalesce(${url ?? null}, url), events = coalesce(${events ?? null}::text[], events),
            description = ${description === undefined ? sql`description` : description},
            include_transcript = coalesce(${change.include_transcript ?? null}, include_transcript),
            include_latency_metrics = coalesce(${change.include_latency_metrics ?? null}, include_latency_metrics),
            is_active = coalesce(${active ?? null}, is_active),
            disabled_reason = ${active === true ? null : active === false ? sql`coalesce(disabled_reason, 'owner')` : sql`disabled_reason`},
            disabled_at = ${active === true ? null : active === false ? sql`coalesce(disabled_at, clock_timestamp())` : sql`disabled_at`},
            failures = ${active === true ? 0 : sql`failures`}, failing_since = ${active === true ? null : sql`failing_since`},
            updated_at = clock_timestamp()
          where id = ${id} returning ${COLUMNS}`.execute(trx);
        return one(rows);
      }),
    /** The current secret becomes the previous one, once per request. Webhooks of versions have no secret of ours: `webhook_not_found`. */
    rotate: (
      tenantId: string,
      id: string,
      next: { secret: NewSecret; overlapSeconds: number; request: NamedRequest },
    ): Promise<Once<WithSecret>> =>
      db.tenant(tenantId, async (trx) => {
        const rotated = await once<WithSecret>(trx, next.request, async () => {
          const { rows } = await sql`update webhook_endpoints set secret_sealed = ${next.secret.sealed},
            previous_secret_sealed = case when ${next.overlapSeconds}::int > 0 then secret_sealed end,
            previous_secret_until = case when ${next.overlapSeconds}::int > 0 then clock_timestamp() + make_interval(secs => ${next.overlapSeconds}) end,
            updated_at = clock_timestamp()
          where id = ${id} and agent_version is null returning ${COLUMNS}`.execute(trx);
          const webhook = one(rows);
          if (webhook === null) throw new AppError("webhook_not_found");
          return { answer: { webhook, secret: next.secret.plain }, facts: [] };
        });
        return rotated.answer;
      }),
    /** Deletes a receiver with its deliveries. */
    remove: (tenantId: string, id: string): Promise<boolean> =>
      db.tenant(tenantId, async (trx) => {
        const { rows } =
          await sql`delete from webhook_endpoints where id = ${id} and agent_version is null returning id`.execute(trx);
        return rows.length > 0;
      }),
  };
}
export type EndpointRepository = ReturnType<typeof createEndpointRepository>;
