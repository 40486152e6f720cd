import {
  bulkLinks,
  createLink,
  createLinkTemplate,
  deleteLinkTemplate,
  getLink,
  getLinkTemplate,
  linkCreated,
  linkRevoked,
  linkUpdated,
  listLinks,
  listLinkTemplates,
  newId,
  resolveLink,
  revealLink,
  updateLink,
  updateLinkTemplate,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf, type Harness, startHarness } from "./harness.js";

const QUOTA = 5;
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([linkCreated, linkUpdated, linkRevoked], { LINKS_PER_CALLER_MAX: String(QUOTA) });
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<Harness["newTenant"]>>;
type Body = Record<string, unknown>;

/** Each caller has a quota of their own. */
const caller = (tenant: Tenant, id = newId()) => ({ ...tenant.as("editor"), id });
const create = (tenant: Tenant, body: Body, principal = caller(tenant)) =>
  harness.bus.call(createLink, { principal, agent: "desk", body });
const bulk = (tenant: Tenant, body: Body, more: { key?: string; principal?: ReturnType<typeof caller> } = {}) =>
  harness.bus.call(bulkLinks, {
    principal: more.principal ?? caller(tenant),
    agent: "desk",
    body,
    ...(more.key === undefined ? {} : { idempotencyKey: more.key }),
  });
const policyOf = async (token: string | undefined) => {
  const parsed = parseToken("link", token ?? "");
  if (parsed === null) throw new Error("no token");
  const answer = await harness.bus.call(resolveLink, parsed);
  if (answer.status !== "ok") throw new Error(`link is ${answer.status}`);
  return answer.policy;
};
const total = async (tenant: Tenant): Promise<number> => {
  const call = { principal: tenant.as("viewer"), agent: "desk", limit: 1, includeInactive: true };
  return (await harness.bus.call(listLinks, call)).total;
};
const told = (contract: typeof linkCreated, id: unknown): number =>
  harness.seen(contract).filter((payload) => JSON.stringify(payload).includes(String(id))).length;

describe("a bulk call on links", () => {
  it("applies valid items and reports invalid ones, item by item, with the events of single calls", async () => {
    const tenant = await harness.newTenant();
    const [one, two] = [await create(tenant, { title: "One" }), await create(tenant, { title: "Two" })];
    const { results } = await bulk(tenant, {
      create: [{ title: "Fresh" }, { max_sessions: 0, colour: 1 }, { agent_version: 9 }],
      update: [
        { id: one.link.id, title: "Changed" },
        { id: newId(), title: "Nobody" },
      ],
      deactivate: [two.link.id],
    });
    expect(results).toMatchObject([
      { index: 0, action: "create", status: "created", token: expect.stringMatching(/^pl_/) },
      {
        index: 1,
        status: "error",
        error: { code: "validation_failed", errors: [{ pointer: "/max_sessions" }, { pointer: "/colour" }] },
      },
      { index: 2, status: "error", error: { code: "version_not_found" } },
      { index: 0, action: "update", status: "updated", id: one.link.id },
      { index: 1, action: "update", status: "error", error: { code: "link_not_found" } },
      { index: 0, action: "deactivate", status: "deactivated", id: two.link.id },
    ]);
    const read = async (id: unknown) =>
      (await harness.bus.call(getLink, { principal: tenant.as("viewer"), agent: "desk", id: String(id) })).link;
    expect(await read(one.link.id)).toMatchObject({ title: "Changed", is_active: true });
    expect(await read(two.link.id)).toMatchObject({ title: "Two", status: "inactive" });
    expect((await policyOf(results[0]?.token)).title).toBe("Fresh");
    await eventually(() => {
      expect(told(linkCreated, results[0]?.id)).toBe(1);
      expect(told(linkUpdated, one.link.id)).toBe(1);
      expect(told(linkRevoked, two.link.id)).toBe(1);
    });
  });

  it("creates one link per recipient, who is greeted by name", async () => {
    const tenant = await harness.newTenant();
    const recipients = [{ name: "Ada", email: "ada@example.com" }, { name: "{{recipient.email}}" }, {}];
    const { results } = await bulk(tenant, {
      create: [
        {
          welcome_message: "Hi {{recipient.name}}!",
          initial_message: "{{ recipient_name }} <{{recipient.email}}> {{x}}",
        },
      ],
      recipients,
    });
    const policies = await Promise.all(results.map(({ token }) => policyOf(token)));
    expect(policies.map(({ welcomeMessage }) => welcomeMessage)).toEqual([
      "Hi Ada!",
      "Hi {{recipient.email}}!",
      "Hi !",
    ]);
    expect(policies.map(({ initialMessage }) => initialMessage)).toEqual([
      "Ada <ada@example.com> {{x}}",
      "{{recipient.email}} <> {{x}}",
      " <> {{x}}",
    ]);
    expect(policies.map(({ recipient }) => recipient)).toEqual(recipients);
    const kept = await harness.bus.call(getLink, {
      principal: tenant.as("viewer"),
      agent: "desk",
      id: String(results[0]?.id),
    });
    expect(kept.link.welcome_message).toBe("Hi {{recipient.name}}!");
  });

  it("takes effect once per key, even if sent four times concurrently, and is refused with another body", async () => {
    const tenant = await harness.newTenant();
    const principal = caller(tenant);
    const body = { create: [{ title: "A" }, { title: "B" }, { max_sessions: 0 }] };
    const answers = await Promise.all([1, 2, 3, 4].map(() => bulk(tenant, body, { key: "k", principal })));
    for (const { results } of answers) expect(results).toEqual(answers[0]?.results);
    expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1);
    const later = await bulk(tenant, body, { key: "k", principal });
    expect(later).toEqual({ results: answers[0]?.results, replayed: true });
    expect(await total(tenant)).toBe(2);
    expect(await codeOf(bulk(tenant, { create: [{}] }, { key: "k", principal }))).toBe("idempotency_key_reused");
  });

  it("continues with what is not done when the first call broke off halfway", async () => {
    const tenant = await harness.newTenant();
    const principal = caller(tenant);
    const body = { create: [{ title: "A" }, { title: "B" }] };
    const first = await bulk(tenant, body, { key: "k", principal });
    // As after a crash: the second link was never made, and the whole was never answered.
    await harness.db.tenant(tenant.tenantId, async (trx) => {
      await sql`delete from temporary_chat_links where id = ${first.results[1]?.id}`.execute(trx);
      await sql`delete from idempotency_keys where scope = 'links.bulk.create.1'`.execute(trx);
      await sql`update idempotency_keys set response = null where scope = 'links.bulk'`.execute(trx);
    });
    const second = await bulk(tenant, body, { key: "k", principal });
    expect(second.results[0]).toEqual(first.results[0]);
    expect(second.results[1]).toMatchObject({ status: "created" });
    expect(second.results[1]?.id).not.toBe(first.results[1]?.id);
    expect(await total(tenant)).toBe(2);
  });

  it("accepts 1 to 500 items, each link once, from editors", async () => {
    const tenant = await harness.newTenant();
    const id = newId();
    for (const body of [
      {},
      { create: [] },
      { create: Array(501).fill({}) },
      { create: [{}, {}], recipients: Array(251).fill({}) },
      { update: [{ title: "no id" }] },
      { update: [{ id }], deactivate: [id] },
      { delete: [id] },
    ])
      expect(await codeOf(bulk(tenant, body))).toBe("validation_failed");
    expect(await codeOf(bulk(tenant, { create: [{}] }, { principal: { ...caller(tenant), role: "operator" } }))).toBe(
      "forbidden",
    );
  });
});

describe("the quota of a caller", () => {
  it("is exact under parallel creates, single and bulk, and each caller has their own", async () => {
    const tenant = await harness.newTenant();
    const principal = caller(tenant);
    const outcomes = await Promise.all(
      Array.from({ length: QUOTA * 2 }, () =>
        create(tenant, {}, principal).then(
          () => "made",
          (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
        ),
      ),
    );
    expect(outcomes.filter((outcome) => outcome === "made")).toHaveLength(QUOTA);
    expect(outcomes.filter((outcome) => outcome === "links_exhausted")).toHaveLength(QUOTA);
    const { results } = await bulk(tenant, { create: Array(QUOTA + 3).fill({}) });
    expect(results.filter(({ status }) => status === "created")).toHaveLength(QUOTA);
    expect(results.filter(({ error }) => error?.code === "links_exhausted")).toHaveLength(3);
    expect(await total(tenant)).toBe(2 * QUOTA);
  });

  it("counts only active links, and cannot be exceeded by re-enabling one or moving its expiry", async () => {
    const tenant = await harness.newTenant();
    const principal = caller(tenant);
    const off = await create(tenant, { is_active: false }, principal);
    const over = await create(tenant, { expires_in_hours: 1 }, principal);
    await harness.db.tenant(tenant.tenantId, (trx) =>
      sql`update temporary_chat_links set expires_at = now() - interval '1 hour' where id = ${String(over.link.id)}`.execute(
        trx,
      ),
    );
    const made = [];
    for (let n = 0; n < QUOTA; n += 1) made.push(await create(tenant, {}, principal));
    const change = (link: Body, body: Body) =>
      harness.bus.call(updateLink, { principal, agent: "desk", id: String(link.id), body });
    expect(await codeOf(create(tenant, {}, principal))).toBe("links_exhausted");
    expect(await codeOf(change(off.link, { is_active: true }))).toBe("links_exhausted");
    expect(await codeOf(change(over.link, { expires_at: null }))).toBe("links_exhausted");
    expect((await change(off.link, { title: "Still off" })).link).toMatchObject({ is_active: false });
    await change(made[0]?.link ?? {}, { is_active: false });
    expect((await change(off.link, { is_active: true })).link).toMatchObject({ status: "active" });
  });
});

describe("link templates", () => {
  const call = (tenant: Tenant) => ({ principal: tenant.as("editor") });

  it("include the four built-in ones with the figures of the reference", async () => {
    const tenant = await harness.newTenant();
    const { data } = await harness.bus.call(listLinkTemplates, { ...call(tenant), limit: 50 });
    expect(data.map(({ name }) => name)).toEqual([
      "daily_checkin",
      "customer_support",
      "anonymous_feedback",
      "onboarding",
    ]);
    const { link } = await create(tenant, { template: "daily_checkin" });
    expect(link).toMatchObject({
      title: "Daily Check-in Chat",
      description: "Share your plans for today",
      welcome_message: "Hi! Tell me about your plans for today.",
      ...{ max_sessions: 1, max_messages_per_session: 20, session_timeout_minutes: 30, rate_limit_per_minute: 5 },
    });
    const hours = (Date.parse(String(link.expires_at)) - Date.parse(String(link.created_at))) / 3_600_000;
    expect(hours).toBeCloseTo(4, 3);
    const support = await create(tenant, { template: "customer_support" });
    expect(support.link).toMatchObject({
      max_concurrent_sessions: 5,
      max_messages_per_session: 50,
      rate_limit_per_minute: 15,
    });
    const feedback = await create(tenant, { template: "anonymous_feedback" });
    expect(feedback.link).toMatchObject({ max_sessions: 100, max_messages_per_session: 25, require_email: false });
  });

  it("give their fields to a link, whose own fields win", async () => {
    const tenant = await harness.newTenant();
    const fields = { title: "Weekly", max_sessions: 7, expires_in_hours: 5, branding: { name: "W" } };
    const { template } = await harness.bus.call(createLinkTemplate, {
      ...call(tenant),
      body: { name: "weekly", ...fields },
    });
    expect(template).toMatchObject({ name: "weekly", built_in: false, ...fields });
    const { link } = await create(tenant, { template: "weekly", max_sessions: 2, expires_at: null });
    expect(link).toMatchObject({ title: "Weekly", max_sessions: 2, expires_at: null, branding: { name: "W" } });
    expect((await create(tenant, { template: String(template.id) })).link).toMatchObject({ max_sessions: 7 });
    expect(await codeOf(create(tenant, { template: "monthly" }))).toBe("template_not_found");
    const { results } = await bulk(tenant, { create: [{ template: "weekly" }, { template: "monthly" }] });
    expect(results).toMatchObject([{ status: "created" }, { error: { code: "template_not_found" } }]);
  });

  it("change field by field, have unique names, and are gone when deleted, while links stay as created", async () => {
    const [tenant, stranger] = [await harness.newTenant(), await harness.newTenant()];
    const make = (of: Tenant, body: Body) => harness.bus.call(createLinkTemplate, { ...call(of), body });
    const change = (template: string, body: Body, of = tenant) =>
      harness.bus.call(updateLinkTemplate, { ...call(of), template, body });
    const remove = (template: string, of = tenant) => harness.bus.call(deleteLinkTemplate, { ...call(of), template });
    await make(tenant, { name: "a", max_sessions: 3, title: "A" });
    await make(tenant, { name: "b" });
    const { link } = await create(tenant, { template: "a" });
    expect(await codeOf(make(tenant, { name: "a" }))).toBe("name_taken");
    expect(await codeOf(make(tenant, { name: "onboarding" }))).toBe("name_taken");
    expect(await codeOf(change("b", { name: "a" }))).toBe("name_taken");
    expect((await change("a", { max_sessions: 4 })).template).toMatchObject({ max_sessions: 4, title: "A" });
    expect((await make(stranger, { name: "a" })).template).toMatchObject({ name: "a" });
    expect((await change("a", { name: "c" })).template).toMatchObject({ name: "c", max_sessions: 4 });
    expect(await codeOf(change("onboarding", { max_sessions: 4 }))).toBe("forbidden");
    expect(await codeOf(remove("onboarding"))).toBe("forbidden");
    expect(await codeOf(remove("c", stranger))).toBe("template_not_found");
    await remove("c");
    expect(await codeOf(remove("c"))).toBe("template_not_found");
    expect(await codeOf(harness.bus.call(getLinkTemplate, { ...call(tenant), template: "c" }))).toBe(
      "template_not_found",
    );
    const kept = await harness.bus.call(getLink, { ...call(tenant), agent: "desk", id: String(link.id) });
    expect(kept.link).toMatchObject({ max_sessions: 3, title: "A" });
  });

  it("refuse fields of a single link, secrets, and values that no link may have", async () => {
    const tenant = await harness.newTenant();
    for (const [field, value] of Object.entries({
      pin: "1234",
      recipient: { name: "Ada" },
      source_session_id: "text_x",
      expires_at: "2099-01-01T00:00:00Z",
      max_sessions: 0,
      colour: 1,
    })) {
      const made = harness.bus.call(createLinkTemplate, { ...call(tenant), body: { name: "x", [field]: value } });
      await expect(made).rejects.toMatchObject({ errors: [{ pointer: `/${field}` }] });
    }
  });

  it("are paged by name without gap or repeat", async () => {
    const tenant = await harness.newTenant();
    for (const name of ["d", "a", "c", "b", "e"])
      await harness.bus.call(createLinkTemplate, { ...call(tenant), body: { name } });
    const names: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await harness.bus.call(listLinkTemplates, {
        ...call(tenant),
        limit: 2,
        ...(cursor ? { cursor } : {}),
      });
      names.push(...page.data.filter(({ built_in }) => built_in === false).map(({ name }) => name));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(["a", "b", "c", "d", "e"]);
    expect(await codeOf(harness.bus.call(listLinkTemplates, { ...call(tenant), limit: 2, cursor: "x" }))).toBe(
      "validation_failed",
    );
  });
});

describe("the URL of a link", () => {
  it("can be revealed to editors, but not read from the database", async () => {
    const tenant = await harness.newTenant();
    const { link, token } = await create(tenant, { pin: "my-pin-4711" });
    const many = await bulk(tenant, { create: [{}] }, { key: "k" });
    const at = { agent: "desk", id: String(link.id) };
    expect((await harness.bus.call(revealLink, { principal: tenant.as("editor"), ...at })).token).toBe(token);
    for (const role of ["operator", "viewer"] as const)
      expect(await codeOf(harness.bus.call(revealLink, { principal: tenant.as(role), ...at }))).toBe("forbidden");
    const stranger = await harness.newTenant();
    expect(await codeOf(harness.bus.call(revealLink, { principal: stranger.as("owner"), ...at }))).toBe(
      "link_not_found",
    );

    const secrets = [token, many.results[0]?.token ?? ""].map((one) => parseToken("link", one)?.secret ?? "");
    const tables = await sql<{ name: string }>`select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(harness.db.system);
    let rows = 0;
    for (const { name } of tables.rows) {
      const dump = await harness.db.tenant(tenant.tenantId, (trx) =>
        sql<{ text: string }>`select t::text as text from ${sql.table(name)} t`
          .execute(trx)
          .catch(() => ({ rows: [] })),
      );
      rows += dump.rows.length;
      for (const { text } of dump.rows) {
        for (const secret of [...secrets, "my-pin-4711"]) expect(text, name).not.toContain(secret);
      }
    }
    expect(rows).toBeGreaterThan(5);
  });

  it("is bound to its row: a sealed token moved to another link opens nothing", async () => {
    const tenant = await harness.newTenant();
    const [one, two] = [await create(tenant, {}), await create(tenant, {})];
    await harness.db.tenant(tenant.tenantId, (trx) =>
      sql`update temporary_chat_links set token_sealed = (select token_sealed from temporary_chat_links where id = ${String(one.link.id)})
        where id = ${String(two.link.id)}`.execute(trx),
    );
    const call = { principal: tenant.as("owner"), agent: "desk", id: String(two.link.id) };
    expect(await codeOf(harness.bus.call(revealLink, call))).toBe("internal");
  });

  it("is reported as unknown for a link created before it was stored", async () => {
    const tenant = await harness.newTenant();
    const { link } = await create(tenant, {});
    await harness.db.tenant(tenant.tenantId, (trx) =>
      sql`update temporary_chat_links set token_sealed = null`.execute(trx),
    );
    const call = { principal: tenant.as("owner"), agent: "desk", id: String(link.id) };
    expect(await codeOf(harness.bus.call(revealLink, call))).toBe("link_address_unknown");
  });
});

describe("changed limits of a link", () => {
  it("reach live sessions with the change: expiry, messages and timeout; what they used stays theirs", async () => {
    const tenant = await harness.newTenant();
    const { link } = await create(tenant, { max_messages_per_session: 10 });
    const open = (used: number, ended: boolean) =>
      harness.db.tenant(tenant.tenantId, async (trx) => {
        const id = newId();
        await sql`insert into text_conversations (id, session_id, tenant_id, agent_id, agent_version, is_active_version, link_id,
            max_messages, messages_used, idle_check_at, status, ended_at)
          values (${id}, ${`text_${id}`}, ${tenant.tenantId}, ${tenant.agentId}, 1, true, ${String(link.id)}, 10, ${used},
            now() + interval '1 day', ${ended ? "completed" : "active"}, ${ended ? new Date() : null})`.execute(trx);
        return id;
      });
    const [fresh, used, over] = [await open(1, false), await open(6, false), await open(1, true)];
    const { link: changed } = await harness.bus.call(updateLink, {
      principal: tenant.as("editor"),
      agent: "desk",
      id: String(link.id),
      body: { max_messages_per_session: 3, expires_in_hours: 1, session_timeout_minutes: 5 },
    });
    const { rows } = await harness.db.tenant(tenant.tenantId, (trx) =>
      sql<{
        id: string;
        max: number;
        expires: Date | null;
        timeout: number;
        soon: boolean;
      }>`select id, max_messages as max,
        expires_at as expires, idle_timeout_seconds as timeout, idle_check_at < now() + interval '10 minutes' as soon from text_conversations`.execute(
        trx,
      ),
    );
    const of = (id: string) => rows.find((row) => row.id === id);
    const expires = new Date(String(changed.expires_at));
    expect(of(fresh)).toMatchObject({ max: 3, timeout: 300, soon: true });
    expect(of(fresh)?.expires?.toISOString()).toBe(expires.toISOString());
    expect(of(used)).toMatchObject({ max: 6, timeout: 300 });
    expect(of(over)).toMatchObject({ max: 10, expires: null, timeout: 1800, soon: false });
    const heard = await harness.db.tenant(tenant.tenantId, (trx) =>
      sql<{
        conversation_id: string;
        payload: unknown;
      }>`select conversation_id, payload from session_events where type = 'quota'`.execute(trx),
    );
    const time = {
      expires_at: expires.toISOString(),
      idle_timeout_seconds: 300,
      idle_expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    };
    expect(new Map(heard.rows.map(({ conversation_id, payload }) => [conversation_id, payload]))).toEqual(
      new Map([
        [fresh, { message_count: 1, remaining_messages: 2, ...time }],
        [used, { message_count: 6, remaining_messages: 0, ...time }],
      ]),
    );
  });
});
