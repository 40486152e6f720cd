import { createLink, getLink, listLinks, resolveLink, updateLink } from "@parley/contracts";
import { sql } from "@parley/db";
import { parseToken } from "@parley/secrets";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "./harness.js";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness([]);
});
afterAll(() => harness.close());

type Tenant = Awaited<ReturnType<Harness["newTenant"]>>;
type Body = Record<string, unknown>;

const create = (tenant: Tenant, body: Body) =>
  harness.bus.call(createLink, { principal: tenant.as("editor"), agent: "desk", body });
const change = (tenant: Tenant, id: string, body: Body) =>
  harness.bus.call(updateLink, { principal: tenant.as("editor"), agent: "desk", id, body });
const read = async (tenant: Tenant, id: string): Promise<Body> =>
  (await harness.bus.call(getLink, { principal: tenant.as("viewer"), agent: "desk", id })).link;

interface Field {
  /** What a link has that was made without it; absent = told elsewhere. */
  fallback?: unknown;
  good: unknown[];
  bad: unknown[];
}

const text = (length: number): string => "x".repeat(length);
/** Nothing but the beginning is looked at. */
const JPEG = "/9j/4AAQSkZJRgABAQAA";
/** A logo of so many characters. */
const inline = (length: number): string => `data:image/jpeg;base64,${JPEG}`.padEnd(length, "A");
const UPLOADS = { enabled: true, types: ["image/*", "application/pdf"], max_bytes: 1, max_count: 1 };

/** Every field of http-api.md section 2 that reads back as it was given: default, edges of its range, what lies outside. */
const FIELDS: Record<string, Field> = {
  title: { good: ["t", text(200), "🦊".repeat(200)], bad: ["", " ", text(201), "🦊".repeat(201), null, 1] },
  description: {
    fallback: null,
    good: ["", text(1000), "🦊".repeat(1000), null],
    bad: [text(1001), "🦊".repeat(1001), 1],
  },
  welcome_message: {
    fallback: null,
    good: [text(2000), "🦊".repeat(2000), null],
    bad: [text(2001), "🦊".repeat(2001), []],
  },
  intro: { fallback: "none", good: ["agent", "none"], bad: ["", "all", null] },
  max_sessions: { fallback: 1, good: [1, 10_000], bad: [0, 10_001, 1.5, "1", null] },
  max_concurrent_sessions: { fallback: null, good: [1, 10_000, null], bad: [0, 10_001, 1.5] },
  max_messages_per_session: { fallback: 100, good: [1, 1000], bad: [0, 1001, null] },
  session_timeout_minutes: { fallback: 30, good: [5, 1440], bad: [4, 1441, null] },
  rate_limit_per_minute: { fallback: 10, good: [1, 100], bad: [0, 101] },
  max_message_length: { fallback: 4000, good: [1, 10_000], bad: [0, 10_001] },
  require_email: { fallback: false, good: [true, false], bad: ["yes", 1, null] },
  allowed_email_domains: {
    fallback: [],
    good: [["example.com", "a.b.example.org"], []],
    bad: [["not a domain"], "example.com", Array(51).fill("a.com")],
  },
  allowed_domains: {
    fallback: [],
    good: [["https://example.com", "*.example.com", "http://localhost:3000", "https://*.example.com:8443"], []],
    bad: [
      Array(51).fill("a.com"),
      [text(256)],
      [1],
      ["not a site"],
      ["https://example.com/path"],
      ["ftp://example.com"],
      ["*"],
      [""],
    ],
  },
  allowed_ips: {
    fallback: [],
    good: [["10.0.0.0/8", "2001:db8::/32", "192.0.2.1"], []],
    bad: [["10.0.0.0/33"], ["nonsense"], ["10.0.0"]],
  },
  allowed_countries: { fallback: [], good: [["DE", "AT"], []], bad: [["DEU"], ["1A"], "DE"] },
  blocked_countries: { fallback: [], good: [["FR"], []], bad: [["F"], [null]] },
  budget: {
    fallback: null,
    good: [{ max_cost: 1.5, max_tokens: null, hard: true }, { max_cost: null, max_tokens: 1, hard: false }, null],
    bad: [
      {},
      { hard: true },
      { max_cost: 0 },
      { max_cost: -1 },
      { max_cost: 1e-30 },
      { max_tokens: 1.5 },
      { max_tokens: 5, colour: 1 },
    ],
  },
  chat_intent: { fallback: null, good: [text(2000), null], bad: [text(2001)] },
  system_prompt_override: { fallback: null, good: [text(4000), null], bad: [text(4001)] },
  initial_message: { fallback: null, good: [text(2000), null], bad: [text(2001)] },
  branding: {
    fallback: {},
    good: [
      { name: "Desk", logo: "https://a.test/l.png", colours: { accent: "#123456" }, locale: "de-AT" },
      {
        colour: "#abc",
        color: null,
        colours: { accent: "#ABC", primary: "#a1b2c3", page: "papayawhip" },
        x: text(16_000),
      },
      { logo: `https://a.test/${text(4081)}` },
      {},
    ],
    bad: [
      { logo: "javascript:alert(1)" },
      { logo: "data:text/html,x" },
      { logo: "data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=" },
      { logo: `data:image/png;base64,${JPEG}` },
      { logo: `data:image/jpeg;base64,${JPEG.slice(1)}` },
      { logo: `data:image/jpeg;base64,${JPEG}%` },
      { logo: "data:image/gif;base64," },
      { logo: inline(40_003) },
      { logo: `https://a.test/${text(4082)}` },
      { colour: "red" },
      { color: "rgb(1 2 3)" },
      { colours: { accent: "#12345" } },
      { colours: { primary: "" } },
      { locale: "not a locale" },
      { name: text(201) },
      { x: text(20_000) },
      [],
    ],
  },
  consent_text: { fallback: null, good: [text(4000), null], bad: [text(4001), true] },
  starters: { fallback: [], good: [["Hello", text(120)], []], bad: [[""], [text(121)], Array(7).fill("a")] },
  agent_version: { fallback: "active", good: [1, "active"], bad: [0, -1, 2_147_483_648, "latest", null] },
  retention_days: { fallback: null, good: [1, 3650, null], bad: [0, 3651] },
  file_uploads: {
    fallback: { enabled: false },
    good: [UPLOADS, { ...UPLOADS, max_bytes: 10_485_760, max_count: 100 }],
    bad: [{ max_bytes: 0 }, { max_bytes: 10_485_761 }, { max_count: 101 }, { types: ["png"] }, { sizes: 1 }, null],
  },
  proof_of_work: { fallback: "adaptive", good: ["off", "always", "adaptive"], bad: ["on", true] },
  recipient: {
    fallback: null,
    good: [{ name: "Ada", email: "ada@example.com" }, { name: "Ada" }, null],
    bad: [{ email: "ada" }, { phone: "1" }, "Ada"],
  },
  friendly_errors: { fallback: false, good: [true, false], bad: ["true"] },
  metadata: { fallback: {}, good: [{ a: { b: [1] } }, {}], bad: [{ a: text(17_000) }, [], null] },
  is_active: { fallback: true, good: [false, true], bad: [1, null] },
};

describe("a link", () => {
  it("has the default of every field, and shows it", async () => {
    const tenant = await harness.newTenant();
    const { link } = await create(tenant, {});
    expect(link.title).toBe("Desk");
    for (const [name, { fallback }] of Object.entries(FIELDS)) {
      if (fallback !== undefined) expect({ [name]: link[name] }).toMatchObject({ [name]: fallback });
    }
    expect(link).toMatchObject({ expires_at: null, source_session_id: null, pin_required: false, status: "active" });
  });

  it.each(Object.entries(FIELDS))(
    "reads %s back through POST, GET, list and PUT at both ends of its range",
    async (name, field) => {
      const tenant = await harness.newTenant();
      for (const value of field.good) {
        const { link } = await create(tenant, { [name]: value });
        const id = String(link.id);
        expect(link[name]).toEqual(value);
        expect((await read(tenant, id))[name]).toEqual(value);
        const page = { principal: tenant.as("viewer"), agent: "desk", limit: 1, includeInactive: true };
        expect((await harness.bus.call(listLinks, page)).data[0]?.[name]).toEqual(value);
      }
      const plain = String((await create(tenant, {})).link.id);
      for (const value of field.good) {
        expect((await change(tenant, plain, { [name]: value })).link[name]).toEqual(value);
        expect((await read(tenant, plain))[name]).toEqual(value);
      }
    },
  );

  it.each(Object.entries(FIELDS))(
    "refuses %s outside its range, by name, and changes nothing",
    async (name, { bad }) => {
      const tenant = await harness.newTenant();
      const { link } = await create(tenant, {});
      for (const value of bad) {
        const refusal = {
          code: "validation_failed",
          errors: [{ pointer: expect.stringMatching(new RegExp(`^/${name}(/|$)`)) }],
        };
        const refused = async (work: Promise<unknown>) => {
          const error: unknown = await work.then(
            () => "was accepted",
            (reason: unknown) => reason,
          );
          expect(error, `${name}: ${JSON.stringify(value)?.slice(0, 60)}`).toMatchObject({ code: refusal.code });
          expect(error).toMatchObject({
            errors: expect.arrayContaining([expect.objectContaining(refusal.errors[0] ?? {})]),
          });
        };
        await refused(create(tenant, { [name]: value }));
        await refused(change(tenant, String(link.id), { [name]: value }));
      }
      expect(await read(tenant, String(link.id))).toEqual(link);
    },
  );

  it("keeps fields that a change omits, replaces nested objects as a whole, and never changes the token", async () => {
    const tenant = await harness.newTenant();
    const body = {
      title: "T",
      branding: { name: "A", locale: "de" },
      budget: { max_cost: 2, max_tokens: 10 },
      file_uploads: UPLOADS,
      recipient: { name: "Ada", email: "ada@example.com" },
    };
    const { link, token } = await create(tenant, body);
    const id = String(link.id);
    const { link: changed } = await change(tenant, id, {
      branding: { name: "B" },
      budget: { max_tokens: 20 },
      file_uploads: { enabled: true },
      recipient: { name: "Bo" },
    });
    expect(changed).toMatchObject({
      title: "T",
      token_hint: link.token_hint,
      budget: { max_cost: null, max_tokens: 20, hard: true },
      recipient: { name: "Bo" },
      file_uploads: { enabled: true, max_bytes: 5_242_880, max_count: 10 },
    });
    expect(changed.branding).toEqual({ name: "B" });
    expect(changed.recipient).toEqual({ name: "Bo" });
    const parsed = parseToken("link", token);
    expect(parsed && (await harness.bus.call(resolveLink, parsed)).status).toBe("ok");
    for (const field of ["token", "id", "created_by", "status", "usage", "template", "token_sealed"])
      await expect(change(tenant, id, { [field]: "x" })).rejects.toMatchObject({
        errors: [{ pointer: `/${field}`, rule: "unknown_field" }],
      });
  });

  it("accepts an expiry in hours or as an instant, not both and not in the past", async () => {
    const tenant = await harness.newTenant();
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const { link } = await create(tenant, { expires_at: at });
    expect(link.expires_at).toBe(at);
    expect((await change(tenant, String(link.id), { expires_at: null })).link.expires_at).toBeNull();
    const { link: soon } = await change(tenant, String(link.id), { expires_in_hours: 0.01 });
    expect(Date.parse(String(soon.expires_at)) - Date.now()).toBeLessThan(40_000);
    const { link: far } = await create(tenant, { expires_at: "2999-01-01T23:30:00+23:00" });
    expect(far.expires_at).toBe("2999-01-01T00:30:00.000Z");
    for (const body of [
      { expires_in_hours: 0.009 },
      { expires_in_hours: 87_601 },
      { expires_at: at, expires_in_hours: 1 },
      { expires_at: "tomorrow" },
      { expires_at: "2020-01-01T00:00:00Z" },
      { expires_at: "0000-01-01T00:00:00Z" },
      { expires_at: "9999-12-31T23:59:59-01:00" },
    ])
      await expect(create(tenant, body)).rejects.toMatchObject({
        code: "validation_failed",
        errors: [{ pointer: expect.stringMatching(/^\/expires_/) }],
      });
  });

  it("reports whether its agent has a usable version, as soon as it has one", async () => {
    const tenant = await harness.newTenant();
    const readyOf = async (token: string): Promise<boolean | undefined> => {
      const parsed = parseToken("link", token);
      const resolved = parsed && (await harness.bus.call(resolveLink, parsed));
      return resolved?.status === "ok" ? resolved.policy.agentReady : undefined;
    };
    const { token } = await create(tenant, {});
    const { token: pinned } = await create(tenant, { agent_version: 1 });
    expect([await readyOf(token), await readyOf(pinned)]).toEqual([false, true]);
    await harness.db.tenant(tenant.tenantId, (trx) =>
      sql`update agents set active_version = 1 where id = ${tenant.agentId}`.execute(trx),
    );
    expect(await readyOf(token)).toBe(true);
  });

  it("stores the sites of its list as browsers name them", async () => {
    const tenant = await harness.newTenant();
    const { link } = await create(tenant, { allowed_domains: ["https://EXAMPLE.com:443/", "https://bücher.example"] });
    expect(link.allowed_domains).toEqual(["https://example.com", "https://xn--bcher-kva.example"]);
  });

  it("has a PIN that is never shown again", async () => {
    const tenant = await harness.newTenant();
    const { link } = await create(tenant, { pin: "4711-secret" });
    expect(link.pin_required).toBe(true);
    expect(JSON.stringify(link)).not.toContain("4711");
    expect((await change(tenant, String(link.id), { pin: null })).link.pin_required).toBe(false);
    for (const pin of ["123", text(65), "    ", 1234])
      await expect(create(tenant, { pin })).rejects.toMatchObject({ errors: [{ pointer: "/pin" }] });
  });
});

describe("a link from a conversation", () => {
  it("accepts only a session of the same tenant and agent", async () => {
    const [tenant, stranger] = [await harness.newTenant(), await harness.newTenant()];
    const sessionOf = (of: Tenant, agentId: string) =>
      harness.db.tenant(of.tenantId, async (trx) => {
        const { rows } = await sql<{ session_id: string }>`insert into text_conversations
          (id, session_id, tenant_id, agent_id, agent_version, is_active_version, idle_check_at)
          values (gen_random_uuid(), 'text_' || gen_random_uuid(), ${of.tenantId}, ${agentId}, 1, true, now()) returning session_id`.execute(
          trx,
        );
        return rows[0]?.session_id ?? "";
      });
    const other = await harness.db.tenant(tenant.tenantId, async (trx) => {
      const { rows } = await sql<{ id: string }>`insert into agents (id, tenant_id, name, slug)
        values (gen_random_uuid(), ${tenant.tenantId}, 'Other', 'other') returning id`.execute(trx);
      return rows[0]?.id ?? "";
    });
    const own = await sessionOf(tenant, tenant.agentId);
    const { link } = await create(tenant, { source_session_id: own });
    expect(link.source_session_id).toBe(own);
    for (const foreign of [
      await sessionOf(tenant, other),
      await sessionOf(stranger, stranger.agentId),
      "text_unknown",
    ]) {
      await expect(create(tenant, { source_session_id: foreign })).rejects.toMatchObject({ code: "session_not_found" });
      await expect(change(tenant, String(link.id), { source_session_id: foreign })).rejects.toMatchObject({
        code: "session_not_found",
      });
    }
  });
});
