import { type ApiClient, createSignedClient } from "@parley/testkit";
import { beforeEach, describe, expect, it } from "vitest";
import { ECHO } from "../../cluster/documents.js";
import { createTenant, importAgent, type Tenant } from "../../cluster/owner.js";
import type { GetFixture, Page, Session } from "./fixture.js";

type Scope = "chat" | "read" | "write" | "manage";

/** Groups of calls by what they ask for; each answers whether the key was let in. */
const GROUPS = {
  chat: { scopes: ["chat"], name: "opening and ending a session" },
  history: { scopes: ["chat"], name: "reading a session in the chat API" },
  reads: { scopes: ["read", "write", "manage"], name: "reading in management" },
  operatorReads: { scopes: ["read", "write", "manage"], name: "reading transcripts and escalations" },
  checks: { scopes: ["read", "write", "manage"], name: "a call that changes nothing" },
  operates: { scopes: ["write", "manage"], name: "ending a session as an operator" },
  writes: { scopes: ["write", "manage"], name: "making agents and links" },
  manages: { scopes: ["manage"], name: "credentials and webhooks" },
} satisfies Record<string, { scopes: Scope[]; name: string }>;
type Group = keyof typeof GROUPS;
const groups: Group[] = ["chat", "history", "reads", "operatorReads", "checks", "operates", "writes", "manages"];

/** What a signing key may, by its scopes. */
export function describeKeyScopes(fixture: GetFixture): void {
  describe("scopes of signing keys", () => {
    let tenant: Tenant;
    let agentId: string;
    let n = 0;
    beforeEach(async () => {
      tenant = await createTenant(fixture().cluster, "Scopes");
      agentId = await importAgent(tenant, "echo", ECHO);
    });

    async function keyOf(scopes?: readonly Scope[]): Promise<{ id: string; keyId: string; client: ApiClient }> {
      n += 1;
      type Made = { id: string; key_id: string; secret: string };
      const made = await tenant.owner.call<Made>("POST", "/api/keys", { name: `key ${n}`, ...(scopes && { scopes }) });
      if (made.status !== 201) throw new Error(`no key: ${made.text}`);
      const { id, key_id: keyId, secret: key } = made.body;
      return { id, keyId, client: createSignedClient({ bases: fixture().cluster.gateways, key, keyId }) };
    }

    const fresh = (): string => {
      n += 1;
      return `scoped ${n}`;
    };
    async function open(by: ApiClient) {
      const body = { tenant_id: tenant.id, agent_id: agentId, metadata: { of: fresh() } };
      return by.call<Session & { code?: string }>("POST", "/api/chat/sessions", body);
    }
    const session = async (): Promise<string> => (await open(tenant.signed)).body.session_id;

    /** The calls of a group, each with its status. */
    const calls: Record<Group, (by: ApiClient) => Promise<number[]>> = {
      chat: async (by) => {
        const opened = await open(by);
        const id = opened.status === 201 ? opened.body.session_id : await session();
        const sent = await by.call("POST", `/api/chat/sessions/${id}/messages`, { content: fresh() });
        return [opened.status, sent.status, (await by.call("DELETE", `/api/chat/sessions/${id}`)).status];
      },
      history: async (by) => {
        const id = await session();
        const paths = [`/api/chat/sessions/${id}`, `/api/chat/sessions/${id}/messages`];
        return Promise.all(paths.map(async (path) => (await by.call("GET", path)).status));
      },
      reads: (by) => statuses(by, ["/api/agents", "/api/agents/echo/public-links", "/api/sessions", "/api/webhooks"]),
      operatorReads: async (by) => statuses(by, ["/api/escalations", `/api/sessions/${await session()}/transcript`]),
      checks: async (by) => [(await by.call("POST", "/api/agents/validate", { document: ECHO })).status],
      operates: async (by) => [(await by.call("POST", `/api/sessions/${await session()}/end`)).status],
      writes: async (by) => [
        (await by.call("POST", "/api/agents", { name: fresh() })).status,
        (await by.call("POST", "/api/agents/echo/public-links", { title: fresh() })).status,
      ],
      manages: async (by) => [
        (await by.call("POST", "/api/tokens", { name: fresh(), role: "viewer" })).status,
        (await by.call("GET", "/api/keys")).status,
        (await by.call("POST", "/api/webhooks", { url: "https://example.com", events: ["*"], description: fresh() }))
          .status,
      ],
    };
    const statuses = (by: ApiClient, paths: string[]): Promise<number[]> =>
      Promise.all(paths.map(async (path) => (await by.call("GET", path)).status));

    it.each<{ scopes: Scope[] }>([
      { scopes: ["chat"] },
      { scopes: ["read"] },
      { scopes: ["write"] },
      { scopes: ["manage"] },
      { scopes: ["chat", "read"] },
      { scopes: ["chat", "manage"] },
    ])("let a key with $scopes do what they say and nothing else", async ({ scopes }) => {
      const { client } = await keyOf(scopes);
      for (const group of groups) {
        const allowed = GROUPS[group].scopes.some((scope) => scopes.some((held) => held === scope));
        const seen = await calls[group](client);
        const told = [GROUPS[group].name, seen.map((status) => (status < 300 ? "yes" : status))];
        expect(told).toEqual([GROUPS[group].name, seen.map(() => (allowed ? "yes" : 403))]);
      }
    });

    it("are chat and read for a key created without", async () => {
      const { client, id } = await keyOf();
      const listed = await tenant.owner.call<Page<{ id: string; scopes: string[] }>>("GET", "/api/keys");
      expect(listed.body.data.find((key) => key.id === id)?.scopes).toEqual(["chat", "read"]);
      const verdicts = [];
      for (const group of groups) verdicts.push((await calls[group](client)).every((status) => status < 300));
      expect(verdicts).toEqual([true, true, true, true, true, false, false, false]);
      const refused = await client.call("POST", "/api/agents", { name: fresh() });
      expect(refused).toMatchObject({ status: 403, body: { code: "forbidden" } });
    });

    it("are refused before a body is read, and reveal nothing about what exists", async () => {
      const { client } = await keyOf(["chat"]);
      for (const path of ["/api/agents/nobody", "/api/agents/echo", "/api/keys"]) {
        expect([path, (await client.call("GET", path)).status]).toEqual([path, 403]);
      }
      expect((await client.call("POST", "/api/agents", "{ no json")).status).toBe(403);
    });

    it("do not bind the default key", async () => {
      for (const [method, path, body] of [
        ["GET", "/api/agents", undefined],
        ["POST", "/api/agents", { name: fresh() }],
        ["GET", "/api/keys", undefined],
      ] as const) {
        expect((await tenant.signed.call(method, `${path}?tenant_id=${tenant.id}`, body)).status).toBeLessThan(300);
      }
      expect((await open(tenant.signed)).status).toBe(201);
    });

    it("stay with the successor of a key", async () => {
      const { id } = await keyOf(["read"]);
      type Made = { key_id: string; secret: string };
      const next = (await tenant.owner.call<Made>("POST", `/api/keys/${id}/rotate`)).body;
      const { gateways } = fixture().cluster;
      const client = createSignedClient({ bases: gateways, key: next.secret, keyId: next.key_id });
      expect((await client.call("GET", "/api/agents")).status).toBe(200);
      expect((await open(client)).status).toBe(403);
    });
  });

  describe("lists of credentials", () => {
    it("are for admins of the tenant, and tenants for operators only", async () => {
      const { cluster, tenant } = fixture();
      for (const [role, status] of [
        ["admin", 200],
        ["editor", 403],
        ["viewer", 403],
      ] as const) {
        const made = await tenant.owner.call<{ token: string }>("POST", "/api/tokens", { name: `lists ${role}`, role });
        const headers = { authorization: `Bearer ${made.body.token}` };
        for (const path of ["/api/keys", "/api/tokens"]) {
          const response = await fetch(`${cluster.gateways[0]}${path}`, { headers });
          expect([role, path, response.status]).toEqual([role, path, status]);
          expect(await response.text()).not.toContain(made.body.token);
        }
      }
      expect((await tenant.owner.call("GET", "/api/tenants")).status).toBe(403);
      type Tenants = Page<{ id: string; name: string; created_at: string }>;
      const first = await tenant.signed.call<Tenants>("GET", "/api/tenants?limit=1");
      expect(first.body.data).toHaveLength(1);
      const all = await tenant.signed.call<Tenants>("GET", "/api/tenants?limit=200");
      expect(all.body.data.map(({ id }) => id)).toContain(tenant.id);
      expect(all.body.next_cursor).toBeNull();
    });
  });
}
