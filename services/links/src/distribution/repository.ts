import {
  type DeliveryRecipient,
  type LinkDelivery,
  type ListPosition,
  linkDelivery,
  type MessageTexts,
  messageTexts,
  type SendChannel,
  sendChannel,
} from "@parley/contracts";
import { type Db, sql } from "@parley/db";
import { z } from "zod";
import type { TenantTransaction } from "../transaction.js";
import type { Addressee } from "./addresses.js";

export interface NewSendOut {
  id: string;
  tenantId: string;
  agentId: string;
  linkId: string;
  channel: SendChannel;
  personalised: boolean;
  trackOpens: boolean;
  template: string;
  /** Current texts of the tenant's own template. */
  texts: MessageTexts | null;
  subject: string | null;
  message: string | null;
  scheduleId: string | null;
  createdBy: string;
}

export async function insertSendOut(trx: TenantTransaction, of: NewSendOut): Promise<void> {
  await sql`insert into send_outs (id, tenant_id, agent_id, link_id, channel, personalised, track_opens, template, texts, subject,
      message, schedule_id, created_by)
    values (${of.id}, ${of.tenantId}, ${of.agentId}, ${of.linkId}, ${of.channel}, ${of.personalised}, ${of.trackOpens}, ${of.template},
      ${of.texts === null ? null : JSON.stringify(of.texts)}::jsonb, ${of.subject}, ${of.message}, ${of.scheduleId}, ${of.createdBy})`.execute(
    trx,
  );
}

/** Milliseconds between the first attempts of two recipients: send-outs of all tenants take turns. */
const PACE_MS = 5;

const counted = z.object({
  refused: z.enum(["tenant", "agent"]).nullable(),
  recipients: z.number().default(0),
  suppressed: z.number().default(0),
  limited: z.number().default(0),
});
export type Counted = z.output<typeof counted>;

/** Writes recipients within the limits of the last 24 hours; `dry`: only reports the result. */
export async function acceptRecipients(
  trx: TenantTransaction,
  of: Pick<NewSendOut, "id" | "tenantId" | "agentId" | "channel">,
  given: {
    people: readonly (Addressee & { sealed: string })[];
    limits: { perRecipient: number; perAgent: number; perTenant: number };
    dry: boolean;
  },
): Promise<Counted> {
  const { people, limits, dry } = given;
  const canSuppress = of.channel === "email" || of.channel === "sms";
  const { rows } = await sql<{ r: unknown }>`select accept_recipients(
      ${of.tenantId}, ${of.id}, ${of.agentId}, ${people.map(({ id }) => id)}::uuid[],
      ${people.map(({ hash }) => hash)}::text[], ${people.map(({ sealed }) => sealed)}::text[],
      ${people.map(({ hint }) => hint)}::text[], ${people.map(({ language }) => language)}::text[],
      ${canSuppress}, ${PACE_MS}, ${limits.perRecipient}, ${limits.perAgent}, ${limits.perTenant}, ${dry}
    ) as r`.execute(trx);
  return counted.parse(rows[0]?.r);
}

interface OfLink {
  linkId: string;
}

export async function findDelivery(trx: TenantTransaction, at: OfLink & { id: string }): Promise<LinkDelivery | null> {
  const { rows } = await sql<{ r: unknown }>`select send_out_view(s) as r from send_outs s
    where s.id = ${at.id} and s.link_id = ${at.linkId}`.execute(trx);
  return rows[0] ? linkDelivery.parse(rows[0].r) : null;
}

/** The texts that a delivery was sent with; null = those of the product. */
export async function textsOfDelivery(trx: TenantTransaction, id: string): Promise<MessageTexts | null> {
  const { rows } = await sql<{ texts: unknown }>`select texts from send_outs where id = ${id}`.execute(trx);
  return messageTexts.nullable().parse(rows[0]?.texts ?? null);
}

/** Which deliveries: null = all. */
export interface DeliveriesAsked {
  agentId: string | null;
  linkId: string | null;
  status: LinkDelivery["status"] | null;
  channel: SendChannel | null;
  /** True = some recipient failed or is in doubt, false = none; null = all. */
  missed: boolean | null;
}

const someRecipient = (of: ReturnType<typeof sql>) =>
  sql`exists (select 1 from send_out_recipients r where r.send_out_id = s.id and r.status ${of})`;

/** The filter in SQL; the states are those of `send_out_view()`. */
function matching({ agentId, linkId, status, channel, missed }: DeliveriesAsked) {
  const pending = someRecipient(sql`= 'pending'`);
  return sql.join(
    [
      sql`true`,
      ...(linkId === null ? [] : [sql`s.link_id = ${linkId}`]),
      ...(agentId === null ? [] : [sql`s.agent_id = ${agentId}`]),
      ...(channel === null ? [] : [sql`s.channel = ${channel}`]),
      ...(status === "sending" ? [pending] : []),
      ...(status === "cancelled" ? [sql`s.cancelled_at is not null and not ${pending}`] : []),
      ...(status === "done" ? [sql`s.cancelled_at is null and not ${pending}`] : []),
      ...(missed === null ? [] : [sql`${someRecipient(sql`in ('failed', 'in_doubt')`)} = ${missed}`]),
    ],
    sql` and `,
  );
}

/** Newest first. */
export async function listDeliveries(
  trx: TenantTransaction,
  { before, limit, ...asked }: DeliveriesAsked & { before: ListPosition | null; limit: number },
): Promise<(LinkDelivery & { position: string })[]> {
  const older = before ? sql`and (s.created_at, s.id) < (${before.createdAt}::timestamptz, ${before.id}::uuid)` : sql``;
  const { rows } = await sql<{ r: unknown; position: string }>`
    select send_out_view(s) as r, to_char(s.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as position
      from send_outs s where ${matching(asked)} ${older} order by s.created_at desc, s.id desc limit ${limit}`.execute(
    trx,
  );
  return rows.map(({ r, position }) => ({ ...linkDelivery.parse(r), position }));
}

export interface RecipientRow extends Omit<DeliveryRecipient, "address" | "name"> {
  position: number;
  address_sealed: string;
  hint: string;
}

/** In the order of the call. */
export async function listRecipients(
  trx: TenantTransaction,
  of: { deliveryId: string; status: string | null; after: number; limit: number },
): Promise<RecipientRow[]> {
  const { rows } = await sql<RecipientRow>`
    select r.id, r.position, r.address_sealed, r.hint, r.language, r.link_id, r.status, r.attempts, r.outcome,
      r.provider_id, case when r.ended_at is null then iso(r.next_attempt_at) end as next_attempt_at,
      iso(r.sent_at) as sent_at,
      case when s.personalised and s.track_opens then link_opened(r.tenant_id, r.link_id) end as opened,
      case when s.personalised then link_chatted(r.link_id) end as chatted,
      case when s.personalised then link_completed(r.link_id) end as completed
    from send_out_recipients r join send_outs s on s.id = r.send_out_id
    where r.send_out_id = ${of.deliveryId} and r.position > ${of.after}
      and (${of.status}::text is null or r.status = ${of.status})
    order by r.position limit ${of.limit}`.execute(trx);
  return rows;
}

/** A recipient who can be sent to again, with their own link that still works. */
export type Resendable = Pick<RecipientRow, "id" | "address_sealed" | "language">;

export async function resendable(
  trx: TenantTransaction,
  of: { deliveryId: string; to: string },
): Promise<Resendable[]> {
  const { rows } = await sql<Resendable>`
    select id, address_sealed, language from resendable_recipients(${of.deliveryId}, ${of.to})`.execute(trx);
  return rows;
}

/** Gives the recipients of a new send-out the links that an earlier one created for them, where these still work. */
export async function keepLinks(trx: TenantTransaction, of: { from: string; to: string }): Promise<void> {
  await sql`update send_out_recipients n set link_id = l.id
    from send_out_recipients o join temporary_chat_links l on l.id = o.link_id
    where n.send_out_id = ${of.to} and o.send_out_id = ${of.from} and o.address_hash = n.address_hash
      and l.is_active and l.deleted_at is null and (l.expires_at is null or l.expires_at > clock_timestamp())`.execute(
    trx,
  );
}

export async function cancelDelivery(trx: TenantTransaction, at: { tenantId: string; id: string }): Promise<void> {
  await sql`select cancel_send_out(${at.tenantId}, ${at.id})`.execute(trx);
}

const claimed = z.object({
  id: z.string(),
  tenant_id: z.string(),
  /** This one included. */
  attempt: z.number(),
  address_sealed: z.string(),
  address_hash: z.string(),
  language: z.string(),
  /** When an earlier attempt without a recorded outcome began to call the provider. */
  handed_over_at: z.string().nullable(),
  send_out_id: z.string(),
  channel: sendChannel,
  personalised: z.boolean(),
  template: z.string(),
  texts: messageTexts.nullable(),
  subject: z.string().nullable(),
  message: z.string().nullable(),
  link_id: z.string(),
  title: z.string(),
  expires_at: z.string().nullable(),
  token_sealed: z.string().nullable(),
  agent_name: z.string(),
  tenant_name: z.string(),
});
/** A recipient claimed for one attempt. */
export type Claimed = z.output<typeof claimed>;

export interface Settlement {
  /** null = there is another attempt in `retryMs`. */
  status: "sent" | "failed" | "in_doubt" | null;
  outcome: string | null;
  providerId: string | null;
  retryMs: number | null;
  /** The provider may have the message; it is asked before the message is sent again. */
  inDoubt: boolean;
}

/** SQL of the sender. */
export const createSenderRepository = (db: Db) => ({
  /** Claims due recipients for `holdMs`: nobody else can claim them until then. `most`: attempts that may break off. */
  async claim(limit: number, holdMs: number, most: number): Promise<Claimed[]> {
    const rows = await db.query<{ r: unknown }>("select claim_recipients($1, $2, $3) as r", [limit, holdMs, most]);
    return rows.map(({ r }) => claimed.parse(r));
  },
  /** The recipient's own link: the existing one, or the given one. */
  async personalLink(
    { tenant_id, id }: Claimed,
    made: { id: string; tokenId: string; tokenHash: Buffer; tokenHint: string; tokenSealed: string; person: object },
  ): Promise<{ linkId: string; sealed: string } | null> {
    const rows = await db.query<{ link_id: string; token_sealed: string }>(
      "select * from personal_link($1, $2, $3, $4, $5, $6, $7, $8)",
      [
        ...[tenant_id, id, made.id, made.tokenId, made.tokenHash],
        ...[made.tokenHint, made.tokenSealed, JSON.stringify(made.person)],
      ],
    );
    const [row] = rows;
    return row ? { linkId: row.link_id, sealed: row.token_sealed } : null;
  },
  /** Whether the provider may be called now. */
  async handOver({ tenant_id, id, attempt }: Claimed, needMs: number): Promise<boolean> {
    const rows = await db.query<{ word: string }>("select hand_over_recipient($1, $2, $3, $4) as word", [
      ...[tenant_id, id, attempt, needMs],
    ]);
    return rows[0]?.word === "go";
  },
  async settle({ tenant_id, id, attempt }: Claimed, how: Settlement): Promise<void> {
    await db.query("select settle_recipient($1, $2, $3, $4, $5, $6, $7, $8)", [
      ...[tenant_id, id, attempt, how.status, how.outcome, how.providerId, how.retryMs, how.inDoubt],
    ]);
  },
  async purge(days: number, limit: number): Promise<number> {
    const rows = await db.query<{ n: number }>("select purge_send_outs($1, $2) as n", [days, limit]);
    return rows[0]?.n ?? 0;
  },
});
export type SenderRepository = ReturnType<typeof createSenderRepository>;
