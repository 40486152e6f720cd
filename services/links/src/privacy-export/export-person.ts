import { takeWithinBytes } from "@parley/bus";
import { type AccessRecordKind, type exportAccess as contract, requireRole, tenantOf } from "@parley/contracts";
import { sql } from "@parley/db";
import type { z } from "zod";
import type { LinksDeps } from "../deps.js";
import { addressHash } from "../verification/code.js";

type Json = Record<string, unknown>;
type Query = ReturnType<typeof sql<{ record: Json }>>;

/** Maximum rows of one kind; more are cut off, and the export says so. */
const MOST = 200;

/** One kind of the data that entry checks, links and the development mailbox store about an address. A read; admins. */
export const exportAccess =
  ({ db, secrets }: Pick<LinksDeps, "db" | "secrets">) =>
  async ({ principal, email, kind }: z.output<typeof contract.request>): Promise<z.input<typeof contract.response>> => {
    requireRole(principal, "admin");
    const tenantId = tenantOf(principal);
    const hash = addressHash(secrets, tenantId, email);
    const query = queriesOf({ email, hash, mailHash: secrets.keyedHash(`mail:${email}`) })[kind];
    const { rows } = await db.tenant(tenantId, (trx) => query.execute(trx));
    const data = takeWithinBytes(rows.slice(0, MOST)).map(({ record }) => record);
    return { data, truncated: data.length < rows.length };
  };

const queriesOf = (of: { email: string; hash: string; mailHash: string }): Record<AccessRecordKind, Query> => ({
  verifications: sql<{ record: Json }>`
    select json_build_object('link', l.title, 'mailed', v.mailed, 'created_at', iso(v.created_at),
             'used_at', iso(v.used_at)) as record
      from link_verifications v join temporary_chat_links l on l.id = v.link_id
     where v.mail_hash = ${of.mailHash} order by v.created_at limit ${MOST + 1}`,
  access_requests: sql<{ record: Json }>`
    select json_build_object('agent', a.name, 'status', r.status, 'created_at', iso(r.created_at),
             'decided_at', iso(r.decided_at)) as record
      from agent_access_requests r join agents a on a.id = r.agent_id
     where r.address_hash = ${of.hash} order by r.created_at limit ${MOST + 1}`,
  admitted_without_request: sql<{ record: Json }>`
    select json_build_object('agent', a.name) as record
      from agent_access_addresses r join agents a on a.id = r.agent_id
     where r.address_hash = ${of.hash} order by a.name limit ${MOST + 1}`,
  links_addressed_to_the_person: sql<{ record: Json }>`
    select json_build_object('title', title, 'recipient', recipient, 'created_at', iso(created_at)) as record
      from temporary_chat_links where position(${of.email} in lower(recipient::text)) > 0
     order by created_at limit ${MOST + 1}`,
  mails_in_the_development_mailbox: sql<{ record: Json }>`
    select json_build_object('subject', subject, 'text', body, 'at', iso(created_at)) as record
      from dev_mail where lower(recipient) = ${of.email} order by id limit ${MOST + 1}`,
  links_sent_to_the_person: sql<{ record: Json }>`
    select json_build_object('channel', s.channel, 'status', r.status, 'language', r.language,
             'created_at', iso(r.created_at), 'sent_at', iso(r.sent_at)) as record
      from send_out_recipients r join send_outs s on s.id = r.send_out_id
     where r.address_hash = ${of.hash} order by r.created_at limit ${MOST + 1}`,
  no_more_mail: sql<{ record: Json }>`
    select json_build_object('reason', reason, 'created_at', iso(created_at)) as record
      from suppressions where address_hash = ${of.hash} limit ${MOST + 1}`,
  console_account: sql<{ record: Json }>`
    select json_build_object('role', role, 'name', name, 'created_at', iso(created_at)) as record
      from users where email = ${of.email} limit ${MOST + 1}`,
});
