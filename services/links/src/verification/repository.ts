import { type Db, namedCall, sql } from "@parley/db";
import { z } from "zod";

/** The subject of a code: one address on one link, requested by one browser. */
export interface Subject {
  tenantId: string;
  linkId: string;
  /** Keyed hash of the normalised address. */
  addressHash: string;
  /** Keyed hash of the secret of the browser that requested it. */
  requestHash: string;
}

export interface HashedCode {
  codeId: string;
  salt: Buffer;
  hash: Buffer;
}

const tried = z.discriminatedUnion("status", [
  z.object({ status: z.literal("open"), code_id: z.string(), salt: z.string(), code_hash: z.string() }),
  z.object({ status: z.literal("expired") }),
  z.object({ status: z.literal("none") }),
]);

export type Tried = { status: "open"; code: HashedCode } | { status: "expired" } | { status: "none" };

const requested = z.discriminatedUnion("status", [
  z.object({ status: z.enum(["stored", "repeated"]), seconds: z.number().int() }),
  z.object({ status: z.literal("wait"), seconds: z.number().int(), scope: z.string() }),
]);
export type Requested = z.output<typeof requested>;

export interface CodeRequest {
  code: HashedCode;
  /** Keyed hash of the address, the same on every link of the server. */
  mailHash: string;
  /** Keyed hash of the caller's idempotency key. */
  repeatHash: string | null;
  /** A mail is sent: it counts against the budgets of link and tenant. */
  mailed: boolean;
  budgets: { linkPerHour: number; tenantPerDay: number };
}

/** Stores a code as the newest of its request; `repeated`: the same call was made before, and nothing changed. */
export async function storeCode(db: Db, at: Subject, request: CodeRequest): Promise<Requested> {
  const { code, budgets } = request;
  const [call, values] = namedCall("request_verification", {
    tenant: at.tenantId,
    link: at.linkId,
    address_hash: at.addressHash,
    mail_hash: request.mailHash,
    request_hash: at.requestHash,
    repeat_hash: request.repeatHash,
    mailed: request.mailed,
    link_per_hour: budgets.linkPerHour,
    tenant_per_day: budgets.tenantPerDay,
    code: code.codeId,
    salt: code.salt,
    code_hash: code.hash,
  });
  const rows = await db.query<{ r: unknown }>(`select ${call} as r`, values);
  return requested.parse(rows[0]?.r);
}

/** Uses one try of the newest code of a request and returns what to compare with. */
export async function takeTry(db: Db, at: Subject): Promise<Tried> {
  const rows = await db.query<{ r: unknown }>("select take_verification_try($1, $2, $3, $4) as r", [
    at.tenantId,
    at.linkId,
    at.addressHash,
    at.requestHash,
  ]);
  const answer = tried.parse(rows[0]?.r);
  if (answer.status !== "open") return answer;
  const { code_id: codeId, salt, code_hash: hash } = answer;
  return { status: "open", code: { codeId, salt: Buffer.from(salt, "hex"), hash: Buffer.from(hash, "hex") } };
}

/** Consumes a code; false = another call already has, or a newer code replaced it. */
export async function markUsed(db: Db, at: Subject, codeId: string): Promise<boolean> {
  const rows = await db.query<{ used: boolean }>("select use_verification($1, $2, $3, $4) as used", [
    at.tenantId,
    codeId,
    at.linkId,
    at.addressHash,
  ]);
  return rows[0]?.used === true;
}

/** Releases a used code together with its try. */
export async function releaseCode(db: Db, at: Subject, codeId: string): Promise<void> {
  await db.query("select release_verification($1, $2, $3, $4)", [at.tenantId, codeId, at.linkId, at.addressHash]);
}

export interface KeptMail {
  id: string;
  to: string;
  subject: string;
  text: string;
  created_at: string;
}

/** Stores a mail in the development mailbox, which holds the newest 200 of a tenant. */
export async function keepMail(
  db: Db,
  mail: { tenantId: string; to: string; subject: string; text: string },
): Promise<void> {
  await db.query("select keep_dev_mail($1, $2, $3, $4)", [mail.tenantId, mail.to, mail.subject, mail.text]);
}

/** As `keepMail`, once per id. */
export async function keepMailOnce(
  db: Db,
  mail: { tenantId: string; to: string; subject: string; text: string; id: string },
): Promise<void> {
  const { tenantId, to, subject, text, id } = mail;
  await db.query("select keep_mail_once($1, $2, $3, $4, $5)", [tenantId, to, subject, text, id]);
}

/** Newest first. */
export const listMail = (db: Db, at: { tenantId: string; limit: number }): Promise<KeptMail[]> =>
  db.tenant(at.tenantId, async (trx) => {
    const { rows } = await sql<KeptMail>`select id::text as id, recipient as "to", subject, body as text,
      iso(created_at) as created_at from dev_mail order by dev_mail.id desc limit ${at.limit}`.execute(trx);
    return rows;
  });
