import { alertKind } from "@parley/contracts";
import type { Db } from "@parley/db";
import { z } from "zod";

const common = {
  id: z.string(),
  tenant_id: z.string(),
  target_sealed: z.string(),
  /** This one included. */
  attempt: z.number(),
};

const ofEscalation = z.object({
  ...common,
  about: z.literal("escalation"),
  kind: z.enum(["mail", "chat", "answer"]),
  /** The browser to notify instead of a chat; null = none. */
  push_id: z.string().nullable(),
  escalation_id: z.string(),
  agent_id: z.string(),
  agent_name: z.string(),
  reason: z.string().nullable(),
  source: z.string(),
  created_at: z.string(),
  language: z.string().nullable(),
  /** For an answer: the operator's text. */
  words: z.string().nullable(),
});
export type EscalationNotice = z.output<typeof ofEscalation>;

const ofAlert = z.object({
  ...common,
  about: z.literal("alert"),
  kind: z.enum(["mail", "chat"]),
  event: z.enum(["fired", "recovered", "test"]),
  alert_id: z.string(),
  alert_kind: alertKind,
  name: z.string().nullable(),
  /** Title of the link, host of the webhook or name of the agent; null = the alert covers all. */
  of: z.string().nullable(),
  value: z.number().nullable(),
  threshold: z.number(),
  window_hours: z.number().nullable(),
  at: z.string(),
});
export type AlertNotice = z.output<typeof ofAlert>;

const claimed = z.discriminatedUnion("about", [ofEscalation, ofAlert]);
/** A notice claimed for one attempt. */
export type ClaimedNotice = z.output<typeof claimed>;

/** SQL of the notices. */
export const createNoticeRepository = (db: Db) => ({
  /** Claims due notices for `holdMs`: nobody else can claim them until then. */
  async claim(limit: number, holdMs: number): Promise<ClaimedNotice[]> {
    const rows = await db.query<{ r: unknown }>("select claim_notices($1, $2) as r", [limit, holdMs]);
    return rows.map(({ r }) => claimed.parse(r));
  },
  /** `outcome` null = it was sent; `retryMs` null = no further attempt. */
  async settle(
    { tenant_id, id, attempt }: ClaimedNotice,
    outcome: string | null,
    retryMs: number | null,
  ): Promise<void> {
    await db.query("select settle_notice($1, $2, $3, $4, $5)", [tenant_id, id, attempt, outcome, retryMs]);
  },
  /** Stores a mail when there is no mail server, once per notice. */
  async keepMail(mail: { tenantId: string; to: string; subject: string; text: string; id?: string }): Promise<void> {
    const { tenantId, to, subject, text, id = null } = mail;
    await db.query("select keep_mail_once($1, $2, $3, $4, $5)", [tenantId, to, subject, text, id]);
  },
});
export type NoticeRepository = ReturnType<typeof createNoticeRepository>;
