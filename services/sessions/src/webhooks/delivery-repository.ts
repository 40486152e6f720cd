import { AppError, newId, type WebhookDelivery, webhookDelivery } from "@parley/contracts";
import { type Db, type NamedRequest, namedCall, type Once, once, sql, type Transaction } from "@parley/db";
import { z } from "zod";
import type { ListPosition } from "./endpoint-repository.js";

const record = z.record(z.string(), z.unknown());
const claimed = z.object({
  id: z.string(),
  tenant_id: z.string(),
  /** Null = a `webhook:` action of a workflow. */
  endpoint_id: z.string().nullable(),
  event_id: z.string(),
  type: z.string(),
  conversation_id: z.string().nullable(),
  turn_seq: z.number().nullable(),
  /** Empty once it is sealed. */
  data: record,
  data_sealed: z.string().nullable(),
  traceparent: z.string().nullable(),
  occurred_at: z.string(),
  /** This one included. */
  attempt: z.number(),
  url: z.string(),
  settings: record,
  of_version: z.boolean(),
  secret_sealed: z.string().nullable(),
  previous_secret_sealed: z.string().nullable(),
  include_transcript: z.boolean(),
  include_latency_metrics: z.boolean(),
});
/** A delivery claimed for one attempt. */
export type ClaimedDelivery = z.output<typeof claimed>;

/** The outcome of an attempt, for `settle_webhook()`. */
export interface Settlement {
  id: string;
  attempt: number;
  outcome: string;
  status: number | null;
  ms: number;
  body: string | null;
  /** Milliseconds to the next attempt; null = no more. */
  retry_ms: number | null;
  /** The receiver reports that it will never accept anything again. */
  gone: boolean;
  disable_after_hours: number;
  /** The payload, sealed, when it is not yet. */
  sealed: string | null;
}

/** What a payload should include besides its facts. */
export interface WantedContent {
  /** The turn whose messages it includes; null = none. */
  turn_seq: number | null;
  transcript: boolean;
  latency: boolean;
  analysis: boolean;
  /** Id; null = none. */
  escalation: string | null;
}

const readable = z.object({ id: z.string(), tenant_id: z.string(), data: record });
/** An unsealed payload: no attempt was made yet, or it is from before payloads were sealed. */
export type ReadableDelivery = z.output<typeof readable>;

interface SealedSecret {
  agent_id: string;
  name: string;
  hosts: string[];
  value_sealed: string;
}

const COLUMNS = sql.raw(`id, endpoint_id as webhook_id, event_id, type, conversation_id, status, attempts,
  case when ended_at is null then iso(greatest(next_attempt_at, claimed_until)) end as next_attempt_at, iso(last_attempt_at) as last_attempt_at,
  outcome, response_status, response_ms, response_body, iso(occurred_at) as occurred_at, iso(ended_at) as ended_at, iso(created_at) as created_at`);

const one = (rows: unknown[]): WebhookDelivery | null =>
  rows[0] === undefined ? null : webhookDelivery.parse(rows[0]);

/** Which deliveries: null = all. */
interface ListAsked {
  endpointId: string | null;
  status: string | null;
  type: string | null;
  before: ListPosition | null;
  limit: number;
}

interface Shown {
  delivery: WebhookDelivery;
}

/** SQL of the deliveries. */
export function createDeliveryRepository(db: Db) {
  const onceShown = (
    tenantId: string,
    request: NamedRequest,
    missing: "webhook_not_found" | "delivery_not_found",
    work: (trx: Transaction) => Promise<WebhookDelivery | null>,
  ): Promise<Once<Shown>> =>
    db.tenant(tenantId, async (trx) => {
      const done = await once<Shown>(trx, request, async () => {
        const delivery = await work(trx);
        if (delivery === null) throw new AppError(missing);
        return { answer: { delivery }, facts: [] };
      });
      return done.answer;
    });
  return {
    /** Claims due deliveries for `holdMs`, at most `each` per endpoint: nobody else can claim them until then. */
    async claim(limit: number, each: number, holdMs: number): Promise<ClaimedDelivery[]> {
      const rows = await db.query("select * from claim_webhooks($1, $2, $3)", [limit, each, holdMs]);
      return rows.map((row) => claimed.parse(row));
    },
    /** Records an attempt; an overtaken one changes nothing. Returns whether it switched the receiver off. */
    async settle(tenantId: string, settlement: Settlement): Promise<boolean> {
      const [call, values] = namedCall("settle_webhook", { tenant: tenantId, ...settlement });
      const [row] = await db.query<{ r: boolean }>(`select ${call} as r`, values);
      return row?.r === true;
    },
    /** Unsealed payloads that nobody has claimed, oldest first. */
    async readable(limit: number): Promise<ReadableDelivery[]> {
      const rows = await db.query("select * from readable_webhooks($1)", [limit]);
      return rows.map((row) => readable.parse(row));
    },
    /** Replaces the readable payload with the sealed one; rows that are sealed or claimed stay as they are. */
    async seal(items: { id: string; sealed: string }[]): Promise<void> {
      await db.query("select seal_webhooks($1::jsonb)", [JSON.stringify(items)]);
    },
    /** What a payload includes besides its facts. */
    async content(tenantId: string, conversationId: string, wanted: WantedContent): Promise<Record<string, unknown>> {
      const [call, values] = namedCall("webhook_content", {
        tenant: tenantId,
        conversation: conversationId,
        ...wanted,
      });
      const [row] = await db.query<{ r: unknown }>(`select ${call} as r`, values);
      return record.parse(row?.r);
    },
    /** The named secrets of the agent whose version has this receiver, sealed; missing ones are left out. */
    agentSecrets: (tenantId: string, at: { endpointId: string; names: readonly string[] }): Promise<SealedSecret[]> =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<SealedSecret>`select e.agent_id, s.name, s.hosts, s.value_sealed
          from webhook_endpoints e, use_agent_secrets(e.agent_id, ${at.names}) s where e.id = ${at.endpointId}`.execute(
          trx,
        );
        return rows;
      }),
    /** The analysis of an ended session; null = none. The function raises access failures. */
    async analysis(access: Record<string, unknown>): Promise<unknown> {
      const [row] = await db.query<{ r: unknown }>("select read_session_analysis($1::jsonb) as r", [
        JSON.stringify(access),
      ]);
      return row?.r ?? null;
    },
    /** Deletes a bounded number of ended deliveries; returns how many. */
    async purge(olderDays: number, limit: number): Promise<number> {
      const [row] = await db.query<{ n: number }>(
        "select purge_webhook_deliveries(make_interval(days => $1), $2) as n",
        [olderDays, limit],
      );
      return row?.n ?? 0;
    },
    /** Newest first; of one receiver, or of all: the newest of each are merged, so that no additional index is needed. */
    list: (tenantId: string, at: ListAsked): Promise<WebhookDelivery[]> =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql`select shown.* from webhook_endpoints e cross join lateral (
             select ${COLUMNS} from webhook_deliveries d where d.endpoint_id = e.id
               and (${at.status}::text is null or d.status = ${at.status}) and (${at.type}::text is null or d.type = ${at.type})
               and (${at.before?.createdAt ?? null}::timestamptz is null
                 or (d.created_at, d.id) < (${at.before?.createdAt ?? null}::timestamptz, ${at.before?.id ?? null}::uuid))
             order by d.created_at desc, d.id desc limit ${at.limit}) shown
           where ${at.endpointId}::uuid is null or e.id = ${at.endpointId}::uuid
           order by shown.created_at desc, shown.id desc limit ${at.limit}`.execute(trx);
        return rows.map((row) => webhookDelivery.parse(row));
      }),
    /** One delivery of `webhook.test` per request. Throws `webhook_not_found`. */
    insertTest: (tenantId: string, endpointId: string, request: NamedRequest): Promise<Once<Shown>> =>
      onceShown(tenantId, request, "webhook_not_found", async (trx) => {
        const { rows } = await sql`insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, data)
          select tenant_id, id, ${newId()}::uuid, 'webhook.test', jsonb_build_object('webhook_id', id)
            from webhook_endpoints where id = ${endpointId} returning ${COLUMNS}`.execute(trx);
        return one(rows);
      }),
    /** The delivery and whether its receiver is switched on; null = no such delivery. */
    find: (tenantId: string, id: string): Promise<{ active: boolean } | null> =>
      db.tenant(tenantId, async (trx) => {
        const { rows } = await sql<{ active: boolean }>`select e.is_active as active from webhook_deliveries d
          join webhook_endpoints e on e.id = d.endpoint_id where d.id = ${id}`.execute(trx);
        return rows[0] ?? null;
      }),
    /**
     * Makes a delivery due at once with all attempts available again, once per request; a running attempt finishes first. Throws
     * `delivery_not_found`.
     */
    again: (tenantId: string, id: string, request: NamedRequest): Promise<Once<Shown>> =>
      onceShown(tenantId, request, "delivery_not_found", async (trx) => {
        const { rows } =
          await sql`update webhook_deliveries set status = 'pending', ended_at = null, next_attempt_at = clock_timestamp(),
            attempts = case when ended_at is null then attempts else 0 end
          where id = ${id} returning ${COLUMNS}`.execute(trx);
        return one(rows);
      }),
  };
}
export type DeliveryRepository = ReturnType<typeof createDeliveryRepository>;
