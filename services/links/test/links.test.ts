import {
  createLink,
  deleteLink,
  getLink,
  linkRevoked,
  linkUpdated,
  listLinks,
  newId,
  resolveLink,
  updateLink,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([linkRevoked, linkUpdated]);
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<Harness["newTenant"]>>;

const create = (tenant: Tenant, body: Record<string, unknown> = {}, idempotencyKey?: string) =>
  harness.bus.call(createLink, {
    principal: tenant.as("editor"),
    agent: "desk",
    body,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });

const idOf = (link: Record<string, unknown>): string => String(link.id);

function partsOf(token: string): { id: string; secret: string } {
  const parsed = parseToken("link", token);
  if (parsed === null) throw new Error("a created token must parse");
  return parsed;
}

const resolve = (token: string) => harness.bus.call(resolveLink, partsOf(token));

/** Opens a conversation on a link without the sessions service: only what the database function needs. */
async function openSession(tenant: Tenant, linkId: string): Promise<string> {
  const sessionId = `text_${newId()}`;
  await harness.db.tenant(tenant.tenantId, (trx) =>
    sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id, idle_check_at)
      values (${newId()}, ${sessionId}, ${tenant.tenantId}, ${tenant.agentId}, 1, true, ${linkId}, now() + interval '1 hour')`.execute(
      trx,
    ),
  );
  return sessionId;
}

describe("creating a link", () => {
  it("returns the link with the defaults of the contract, and a token that resolves to its policy", async () => {
    const tenant = await harness.newTenant();
    const { link, token } = await create(tenant, {
      title: "Front desk",
      metadata: { team: "a" },
      allowed_domains: ["https://x.test"],
    });
    expect(link).toMatchObject({
      agent_id: tenant.agentId,
      title: "Front desk",
      status: "active",
      expires_at: null,
      max_sessions: 1,
      max_messages_per_session: 100,
      session_timeout_minutes: 30,
      rate_limit_per_minute: 10,
      max_message_length: 4000,
      agent_version: "active",
      metadata: { team: "a" },
      allowed_domains: ["https://x.test"],
      is_active: true,
      usage: { sessions_used: 0, sessions_remaining: 1, sessions_active: 0, messages: 0, last_used_at: null },
    });
    expect(link.token_hint).toBe(`pl_…${token.slice(-4)}`);
    expect(JSON.stringify(link)).not.toContain(token.slice(4));
    expect(await resolve(token)).toMatchObject({
      status: "ok",
      policy: { id: link.id, tenantId: tenant.tenantId, agentName: "Desk", agentVersion: null, title: "Front desk" },
    });
  });

  it("stores no token: neither the links nor the idempotency records hold its secret", async () => {
    const tenant = await harness.newTenant();
    const { token } = await create(tenant, {}, "key-1");
    const { secret } = partsOf(token);
    const dump = await harness.db.tenant(tenant.tenantId, (trx) =>
      sql<{
        text: string;
      }>`select l::text as text from temporary_chat_links l union all select i::text from idempotency_keys i`.execute(
        trx,
      ),
    );
    expect(dump.rows).toHaveLength(2);
    for (const { text } of dump.rows) expect(text).not.toContain(secret);
  });

  it("returns the same link for a repeated key, even ten times at once, and refuses it for another body", async () => {
    const tenant = await harness.newTenant();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => create(tenant, { title: "Once", max_sessions: 5 }, "k")),
    );
    const first = answers.filter(({ replayed }) => replayed === false);
    expect(first).toHaveLength(1);
    for (const answer of answers) expect({ ...answer, replayed: false }).toEqual(first[0]);
    const again = await create(tenant, { max_sessions: 5, title: "Once" }, "k");
    expect(again).toEqual({ ...first[0], replayed: true });
    expect(await codeOf(create(tenant, { title: "Other" }, "k"))).toBe("idempotency_key_reused");
    const list = await harness.bus.call(listLinks, {
      principal: tenant.as("viewer"),
      agent: "desk",
      limit: 50,
      includeInactive: true,
    });
    expect(list.total).toBe(1);
  });

  it("counts hours of expiry from the database's clock and refuses an expiry in the past", async () => {
    const tenant = await harness.newTenant();
    const { link } = await create(tenant, { expires_in_hours: 2 });
    const hours = (Date.parse(String(link.expires_at)) - Date.parse(String(link.created_at))) / 3_600_000;
    expect(hours).toBeCloseTo(2, 3);
    const past = create(tenant, { expires_at: "2020-01-01T00:00:00Z" });
    await expect(past).rejects.toMatchObject({
      code: "validation_failed",
      errors: [{ pointer: "/expires_at", rule: "future" }],
    });
  });

  it("names invalid fields, unknown agents and versions; refuses viewers and callers without a tenant", async () => {
    const tenant = await harness.newTenant();
    await expect(create(tenant, { max_sessions: 0, titel: "x" })).rejects.toMatchObject({
      code: "validation_failed",
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: "/max_sessions" }),
        expect.objectContaining({ pointer: "/titel", rule: "unknown_field" }),
      ]),
    });
    expect(await codeOf(create(tenant, { agent_version: 7 }))).toBe("version_not_found");
    const call = (principal: Parameters<typeof create>[0], agent: string) =>
      harness.bus.call(createLink, { principal: principal.as("viewer"), agent, body: {} });
    expect(await codeOf(call(tenant, "desk"))).toBe("forbidden");
    const operator = { ...tenant.as("owner"), tenantId: null };
    expect(await codeOf(harness.bus.call(createLink, { principal: operator, agent: "desk", body: {} }))).toBe(
      "forbidden",
    );
    const owner = tenant.as("owner");
    expect(await codeOf(harness.bus.call(createLink, { principal: owner, agent: "nobody", body: {} }))).toBe(
      "agent_not_found",
    );
  });
});

describe("resolving a link", () => {
  it("answers identically for an unknown link, a wrong secret, and a disabled or deleted link", async () => {
    const tenant = await harness.newTenant();
    const [disabled, deleted, wrong] = [await create(tenant), await create(tenant), await create(tenant)];
    const principal = tenant.as("editor");
    await harness.bus.call(updateLink, {
      principal,
      agent: "desk",
      id: idOf(disabled.link),
      body: { is_active: false },
    });
    await harness.bus.call(deleteLink, { principal, agent: "desk", id: idOf(deleted.link) });
    const answers = [
      await harness.bus.call(resolveLink, { id: "abcdefghijkl", secret: "x".repeat(32) }),
      await harness.bus.call(resolveLink, { id: partsOf(wrong.token).id, secret: partsOf(disabled.token).secret }),
      await resolve(disabled.token),
      await resolve(deleted.token),
    ];
    for (const answer of answers) expect(answer).toEqual({ status: "unavailable" });
    expect((await resolve(wrong.token)).status).toBe("ok");
  });

  it("reveals the expiry only to a holder of the secret", async () => {
    const tenant = await harness.newTenant();
    const { link, token } = await create(tenant, { friendly_errors: true });
    await harness.db.tenant(tenant.tenantId, (trx) =>
      sql`update temporary_chat_links set expires_at = now() - interval '1 second' where id = ${idOf(link)}`.execute(
        trx,
      ),
    );
    expect(await resolve(token)).toEqual({ status: "expired", friendly: true });
    const stranger = { id: partsOf(token).id, secret: "y".repeat(32) };
    expect(await harness.bus.call(resolveLink, stranger)).toEqual({ status: "unavailable" });
  });
});

describe("changing a link", () => {
  it("writes only the given fields, keeps the token, and announces the update", async () => {
    const tenant = await harness.newTenant();
    const { link, token } = await create(tenant, { title: "Old", welcome_message: "Hi", expires_in_hours: 1 });
    const id = idOf(link);
    const body = { title: "New", expires_at: null, agent_version: 1, branding: { colour: "#123456" } };
    const changed = await harness.bus.call(updateLink, { principal: tenant.as("editor"), agent: "desk", id, body });
    expect(changed.link).toMatchObject({ ...body, welcome_message: "Hi", token_hint: link.token_hint });
    expect(await resolve(token)).toMatchObject({
      status: "ok",
      policy: { title: "New", agentVersion: 1, expiresAt: null },
    });
    await eventually(() => expect(harness.seen(linkUpdated)).toContainEqual({ linkId: id, tenantId: tenant.tenantId }));
    expect(harness.seen(linkRevoked)).not.toContainEqual({ linkId: id, tenantId: tenant.tenantId });
  });

  it("disables and enables a link; disabling announces the revocation and leaves sessions alive", async () => {
    const tenant = await harness.newTenant();
    const { link, token } = await create(tenant);
    const id = idOf(link);
    await openSession(tenant, id);
    const set = (isActive: boolean) =>
      harness.bus.call(updateLink, {
        principal: tenant.as("editor"),
        agent: "desk",
        id,
        body: { is_active: isActive },
      });
    expect((await set(false)).link).toMatchObject({ status: "inactive", usage: { sessions_active: 1 } });
    await eventually(() => expect(harness.seen(linkRevoked)).toContainEqual({ linkId: id, tenantId: tenant.tenantId }));
    expect((await set(true)).link).toMatchObject({ status: "active", usage: { sessions_active: 1 } });
    expect((await resolve(token)).status).toBe("ok");
  });

  it("shows a link whose sessions are used up as full", async () => {
    const tenant = await harness.newTenant();
    const { link } = await create(tenant);
    await harness.db.tenant(tenant.tenantId, (trx) =>
      sql`update temporary_chat_links set sessions_used = 1 where id = ${idOf(link)}`.execute(trx),
    );
    const found = await harness.bus.call(getLink, { principal: tenant.as("viewer"), agent: "desk", id: idOf(link) });
    expect(found.link).toMatchObject({ status: "full", usage: { sessions_used: 1, sessions_remaining: 0 } });
  });
});

describe("deleting a link", () => {
  it("ends its live sessions and reports how many; afterwards the link is gone", async () => {
    const tenant = await harness.newTenant();
    const { link, token } = await create(tenant);
    const id = idOf(link);
    await openSession(tenant, id);
    await openSession(tenant, id);
    const remove = () => harness.bus.call(deleteLink, { principal: tenant.as("editor"), agent: "desk", id });
    expect(await remove()).toEqual({ deleted: true, sessionsEnded: 2 });
    expect(await resolve(token)).toEqual({ status: "unavailable" });
    expect(await codeOf(remove())).toBe("link_not_found");
    expect(await codeOf(harness.bus.call(getLink, { principal: tenant.as("viewer"), agent: "desk", id }))).toBe(
      "link_not_found",
    );
    const { rows } = await harness.db.tenant(tenant.tenantId, (trx) =>
      sql<{
        status: string;
        end_reason: string;
      }>`select status, end_reason from text_conversations where link_id = ${id}`.execute(trx),
    );
    expect(rows).toEqual(Array(2).fill({ status: "completed", end_reason: "link_deleted" }));
    await eventually(() => expect(harness.seen(linkRevoked)).toContainEqual({ linkId: id, tenantId: tenant.tenantId }));
    const sent = await harness.db.tenant(tenant.tenantId, (trx) =>
      sql<{ sent: boolean }>`select sent_at is not null as sent from outbox
        where key = ${id} and subject = ${linkRevoked.subject}`.execute(trx),
    );
    expect(sent.rows).toEqual([{ sent: true }]);
  });

  it("retries when PostgreSQL resolves a deadlock at its expense", async () => {
    const tenant = await harness.newTenant();
    const principal = tenant.as("editor");
    /** Null = on a machine that stood still for a moment the deadlock ended at the cost of this side. */
    const deadlocked = async () => {
      const { link } = await create(tenant);
      const id = idOf(link);
      await openSession(tenant, id);
      const pending: { answer?: Promise<{ deleted: boolean; sessionsEnded: number }> } = {};
      const won = await harness.db
        .tenant(tenant.tenantId, async (trx) => {
          await sql`select from text_conversations where link_id = ${id} for update`.execute(trx);
          pending.answer = harness.bus.call(deleteLink, { principal, agent: "desk", id });
          await eventually(async () => {
            const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_locks
              where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))
                and waitstart < clock_timestamp() - interval '500 milliseconds'`.execute(trx);
            expect(rows[0]?.n).toBeGreaterThan(0);
          });
          // Now each waits for the other; the delete has waited half of its second, so it is the one that notices first.
          await sql`update temporary_chat_links set last_used_at = now() where id = ${id}`.execute(trx);
          return true;
        })
        .catch((error: unknown) => {
          if (!/deadlock detected/.test(String(error))) throw error;
          return false;
        });
      const answer = await pending.answer;
      return won ? answer : null;
    };
    let answer = await deadlocked();
    for (let tries = 1; answer === null && tries < 5; tries++) answer = await deadlocked();
    expect(answer).toEqual({ deleted: true, sessionsEnded: 1 });
  });

  it("treats another tenant's link as unknown", async () => {
    const [tenant, stranger] = [await harness.newTenant(), await harness.newTenant()];
    const { link, token } = await create(tenant);
    const at = { principal: stranger.as("owner"), agent: "desk", id: idOf(link) };
    expect(await codeOf(harness.bus.call(getLink, at))).toBe("link_not_found");
    expect(await codeOf(harness.bus.call(deleteLink, at))).toBe("link_not_found");
    expect(await codeOf(harness.bus.call(updateLink, { ...at, body: { title: "Mine" } }))).toBe("link_not_found");
    expect((await resolve(token)).status).toBe("ok");
  });
});
