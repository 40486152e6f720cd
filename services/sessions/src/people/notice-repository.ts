import type { Db } from "@parley/db";
import { z } from "zod";

const claimed = z.object({
  id: z.string(),
  tenant_id: z.string(),
  kind: z.enum(["mail", "chat", "answer"]),
  target_sealed: z.string(),
  /** This one included. */
  attempt: z.number(),
  escalation_id: z.string(),
  agent_id: z.string(),
  agent_name: z.string(),
  reason: z.string().nullable(),
  source: z.string(),
  created_at: z.string(),
  language: z.string().nullable(),
  /** Of an answer: what the operator said. */
  words: z.string().nullable(),
});
/** A notice taken for one attempt. */
export type ClaimedNotice = z.output<typeof claimed>;

/** SQL of the notices. */
export const createNoticeRepository = (db: Db) => ({
  /** Takes due notices for `holdMs`: nobody else takes them until then. */
  async claim(limit: number, holdMs: number): Promise<ClaimedNotice[]> {
    const rows = await db.query<{ r: unknown }>("select claim_notices($1, $2) as r", [limit, holdMs]);
    return rows.map(({ r }) => claimed.parse(r));
  },
  /** `outcome` null = it was sent; `retryMs` null = there is no other attempt. */
  async settle(
    { tenant_id, id, attempt }: ClaimedNotice,
    outcome: string | null,
    retryMs: number | null,
  ): Promise<void> {
    await db.query("select settle_notice($1, $2, $3, $4, $5)", [tenant_id, id, attempt, outcome, retryMs]);
  },
  /** Keeps a mail where there is no mail server, once for a notice. */
  async keepMail(mail: { tenantId: string; to: string; subject: string; text: string; id?: string }): Promise<void> {
    const { tenantId, to, subject, text, id = null } = mail;
    await db.query("select keep_mail_once($1, $2, $3, $4, $5)", [tenantId, to, subject, text, id]);
  },
});
export type NoticeRepository = ReturnType<typeof createNoticeRepository>;
