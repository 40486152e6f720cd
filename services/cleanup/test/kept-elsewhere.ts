import { type Db, sql } from "@parley/db";
import { subjectOf } from "@parley/secrets";
import { subjectHash } from "../src/erasure/subject.js";
import { secrets } from "./background.js";
import { type Owner, WORD } from "./kept-session.js";

/** Of the person of `keptSessions`. */
export const ADDRESS = `${WORD}@example.com`;

/** What is kept of the person outside of sessions: a row in every table that may name an address. */
export async function keptElsewhere(db: Db, { tenantId, agentId }: Owner, linkId: string): Promise<void> {
  const hash = subjectHash(secrets, tenantId, { kind: "email", email: ADDRESS });
  const named = JSON.stringify({ note: `Write to <${ADDRESS.toUpperCase()}>.`, other: "kept" });
  const statements = [
    sql`insert into memories (tenant_id, agent_id, subject_hash, address_sealed, summary)
        values (${tenantId}, ${agentId}, ${subjectOf(secrets, tenantId, ADDRESS).hash}, 'sealed', ${WORD})`,
    sql`insert into agent_access_requests (id, tenant_id, agent_id, link_id, address_hash, address_sealed)
        values (gen_random_uuid(), ${tenantId}, ${agentId}, ${linkId}, ${hash}, 'sealed')`,
    sql`insert into agent_access_addresses (agent_id, address_hash, tenant_id, address_sealed)
        values (${agentId}, ${hash}, ${tenantId}, 'sealed')`,
    sql`insert into link_verifications (code_id, link_id, tenant_id, address_hash, request_hash, mail_hash, salt, code_hash, mailed, expires_at)
        values (gen_random_uuid(), ${linkId}, ${tenantId}, ${hash}, 'r', 'm', '', '', true, now() + interval '10 minutes')`,
    sql`insert into dev_mail (tenant_id, recipient, subject, body) values (${tenantId}, 'desk@example.org', 'Somebody waits', ${`It is ${ADDRESS}.`})`,
    sql`update temporary_chat_links set recipient = ${JSON.stringify({ email: ADDRESS })}, metadata = ${named},
        title = ${`For ${ADDRESS}`}, initial_message = ${`Hello ${ADDRESS}!`} where id = ${linkId}`,
    sql`insert into link_templates (id, tenant_id, name, fields, created_by) values (gen_random_uuid(), ${tenantId}, 'T', ${named}, 'test')`,
    sql`insert into webhook_deliveries (tenant_id, endpoint_id, event_id, type, data)
        select ${tenantId}, id, gen_random_uuid(), 'link.created', ${named} from webhook_endpoints where tenant_id = ${tenantId}`,
    sql`insert into idempotency_keys (tenant_id, scope, key, fingerprint, response)
        values (${tenantId}, 'links.create', 'k', 'f', ${JSON.stringify({ answer: named })})`,
    sql`insert into knowledge_uploads (upload_id, n, tenant_id, data) values (gen_random_uuid(), 0, ${tenantId}, convert_to(${named.toLowerCase()}, 'UTF8'))`,
    sql`insert into send_outs (id, tenant_id, agent_id, link_id, channel, personalised, template, message, texts, created_by)
        values (${linkId}, ${tenantId}, ${agentId}, ${linkId}, 'email', true, 'own', ${`Dear ${ADDRESS}`}, ${named}, 'test')`,
    sql`insert into send_out_recipients (id, tenant_id, send_out_id, position, address_sealed, address_hash, hint, language)
        values (gen_random_uuid(), ${tenantId}, ${linkId}, 1, 'sealed', ${hash}, 'h', 'en')`,
    sql`insert into suppressions (tenant_id, address_hash, address_sealed, hint, reason)
        values (${tenantId}, ${hash}, 'sealed', 'h', 'owner')`,
    sql`insert into schedules (id, tenant_id, agent_id, cron, timezone, action, parameters, created_by)
        values (${linkId}, ${tenantId}, ${agentId}, '0 9 * * *', 'UTC', 'create_and_send_temp_chat_link', ${named}, 'test')`,
    sql`insert into schedule_recipients (schedule_id, tenant_id, address_hash, position, address_sealed, hint)
        values (${linkId}, ${tenantId}, ${hash}, 1, 'sealed', 'h')`,
    sql`insert into outbox (tenant_id, subject, key, payload, sent_at) values (${tenantId}, 'links.v1.event.created', 'k', ${named}, now())`,
  ];
  await db.tenant(tenantId, async (trx) => {
    for (const statement of statements) await statement.execute(trx);
  });
}
