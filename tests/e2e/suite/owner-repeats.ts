import { randomUUID } from "node:crypto";
import { type ApiClient, call, signedHeaders } from "@parley/testkit";
import { beforeEach, describe, expect, it } from "vitest";
import { ECHO, ECHO_2 } from "../../cluster/documents.js";
import { createTenant, type Tenant } from "../../cluster/owner.js";
import { type GetFixture, openSession, type Page, send } from "./fixture.js";

/** A creating call: how it is made, how its body may differ, and how many things there are that it makes. */
interface Creation {
  status: number;
  path: string;
  body?: unknown;
  /** Another request under the same key: another body, or another path. */
  other: { body?: unknown; path?: string };
  headers?: Record<string, string>;
  as?: ApiClient;
  /** Things of this kind there are now. */
  count(): Promise<number>;
}

const YAML = { "content-type": "application/yaml" };
const yaml = (text: string): string =>
  `agent: {name: Yaml}\nworkflow:\n  initial_node: a\n  nodes: [{id: a, type: end_call, static_text: ${text}}]\n`;

/** Every POST of the owner API that creates, each against a tenant of its own that has what the call needs. */
const CREATIONS: Record<string, (world: World) => Creation | Promise<Creation>> = {
  "POST /agents": ({ names, list }) => ({
    ...{ status: 201, path: "/api/agents", body: { name: names("Agent") }, other: { body: { name: names("Other") } } },
    count: () => list("/api/agents"),
  }),
  "POST /agents/{agent}/versions": ({ list }) => ({
    ...{ status: 201, path: "/api/agents/echo/versions", body: { document: ECHO_2 } },
    other: { body: { document: ECHO } },
    count: () => list("/api/agents/echo/versions"),
  }),
  "POST /agents/{agent}/import of JSON": ({ list }) => ({
    ...{ status: 200, path: "/api/agents/echo/import", body: { document: ECHO_2 } },
    other: { body: { document: ECHO_2, notes: "other" } },
    count: () => list("/api/agents/echo/versions"),
  }),
  "POST /agents/{agent}/import of YAML": ({ list }) => ({
    ...{ status: 200, path: "/api/agents/yaml/import?activate=true", body: yaml("Hi"), headers: YAML },
    other: { body: yaml("Ho") },
    count: () => list("/api/agents/yaml/versions"),
  }),
  "POST /agents/{agent}/import of YAML with other options": ({ list }) => ({
    ...{ status: 200, path: "/api/agents/yaml2/import?activate=true", body: yaml("Hi"), headers: YAML },
    other: { path: "/api/agents/yaml2/import?activate=false" },
    count: () => list("/api/agents/yaml2/versions"),
  }),
  "POST /agents/bulk-import": ({ list, names }) => {
    const named = (n: number) => ({ ...ECHO, agent: { name: names(`bulk-${n}`) } });
    const broken = { agent: { name: names("broken") }, workflow: {} };
    return {
      ...{ status: 200, path: "/api/agents/bulk-import", body: { documents: [named(1), broken, named(2), named(3)] } },
      other: { body: { documents: [named(1)] } },
      count: async () => (await list("/api/agents")) / 3,
    };
  },
  "POST /keys": ({ list, names }) => ({
    ...{ status: 201, path: "/api/keys", body: { name: names("Key") }, other: { body: { name: names("Other") } } },
    count: () => list("/api/keys"),
  }),
  "POST /keys/{id}/rotate": async ({ list, make }) => {
    const [one, two] = [await make("/api/keys", { name: "One" }), await make("/api/keys", { name: "Two" })];
    return {
      ...{ status: 200, path: `/api/keys/${one}/rotate`, other: { path: `/api/keys/${two}/rotate` } },
      count: () => list("/api/keys"),
    };
  },
  "POST /tokens": ({ list, names }) => ({
    ...{ status: 201, path: "/api/tokens", body: { name: names("Token"), role: "viewer" } },
    other: { body: { name: names("Token"), role: "editor" } },
    count: () => list("/api/tokens"),
  }),
  "POST /tenants": ({ tenant, names }) => ({
    ...{
      status: 201,
      path: "/api/tenants",
      body: { name: names("Tenant") },
      other: { body: { name: names("Other") } },
    },
    as: tenant.signed,
    count: async () => {
      const all = await tenant.signed.call<Page<{ name: string }>>("GET", "/api/tenants?limit=200");
      return all.body.data.filter(({ name }) => name === names("Tenant")).length;
    },
  }),
  "POST /webhooks": ({ list }) => ({
    ...{ status: 201, path: "/api/webhooks", body: { url: "https://example.com/a", events: ["*"] } },
    other: { body: { url: "https://example.com/b", events: ["*"] } },
    count: () => list("/api/webhooks"),
  }),
  "POST /webhooks/{id}/rotate": async ({ tenant, make }) => {
    const id = await make("/api/webhooks", { url: "https://example.com/a", events: ["link.created"] });
    const at = `/api/webhooks/${id}`;
    const before = await tenant.owner.call<{ updated_at: string }>("GET", at);
    let rotations = 0;
    let last = before.body.updated_at;
    return {
      ...{ status: 200, path: `${at}/rotate`, body: { overlap_seconds: 60 }, other: { body: { overlap_seconds: 61 } } },
      // Each rotation moves `updated_at`; it is looked at before, after the pair, and after everything.
      count: async () => {
        const { updated_at } = (await tenant.owner.call<{ updated_at: string }>("GET", at)).body;
        if (updated_at !== last) rotations += 1;
        last = updated_at;
        return rotations;
      },
    };
  },
  "POST /webhooks/{id}/test": async ({ list, make }) => {
    const id = await make("/api/webhooks", { url: "https://example.com/a", events: ["link.created"] });
    const other = await make("/api/webhooks", { url: "https://example.com/b", events: ["link.created"] });
    return {
      ...{ status: 202, path: `/api/webhooks/${id}/test`, other: { path: `/api/webhooks/${other}/test` } },
      count: () => list(`/api/webhooks/${id}/deliveries`),
    };
  },
  "POST /link-templates": ({ list, names }) => ({
    ...{ status: 201, path: "/api/link-templates", body: { name: names("template"), max_sessions: 3 } },
    other: { body: { name: names("template"), max_sessions: 4 } },
    count: () => list("/api/link-templates"),
  }),
  "POST /agents/{agent}/public-links": ({ list }) => ({
    ...{ status: 201, path: "/api/agents/echo/public-links", body: { title: "Once" } },
    other: { body: { title: "Twice" } },
    count: () => list("/api/agents/echo/public-links"),
  }),
  "POST /agents/{agent}/public-links/bulk": ({ list }) => ({
    ...{ status: 200, path: "/api/agents/echo/public-links/bulk", body: { create: [{ title: "A" }, { title: "B" }] } },
    other: { body: { create: [{ title: "A" }] } },
    count: async () => (await list("/api/agents/echo/public-links")) / 2,
  }),
  "POST /agents/{agent}/knowledge": ({ list }) => ({
    ...{ status: 201, path: "/api/agents/echo/knowledge", body: { name: "Hours", content: "Open from nine." } },
    other: { body: { name: "Hours", content: "Open from ten." } },
    count: () => list("/api/agents/echo/knowledge"),
  }),
  "POST /escalations/{id}/reply": async ({ tenant, session }) => {
    const { session_id } = await session();
    const path = `/api/chat/sessions/${session_id}`;
    await tenant.signed.call("POST", `${path}/escalate`, { reason: session_id });
    type Escalations = Page<{ id: string }>;
    const open = await tenant.owner.call<Escalations>("GET", `/api/escalations?session_id=${session_id}`);
    const at = `/api/escalations/${open.body.data[0]?.id}`;
    await tenant.owner.call("POST", `${at}/assign`);
    return {
      ...{ status: 201, path: `${at}/reply`, body: { message: "A human." }, other: { body: { message: "Another." } } },
      count: async () => {
        const history = await tenant.signed.call<Page<{ content: string }>>("GET", `${path}/messages`);
        return history.body.data.filter(({ content }) => content === "A human.").length;
      },
    };
  },
};

/** Calls that make nothing to be counted; their own tests say what a repeat of them does. */
const ELSEWHERE = ["/api/sessions/{id}/extend", "/api/webhooks/deliveries/{id}/redeliver"];

interface Document {
  paths: Record<string, { post?: { parameters?: { name: string }[] } }>;
}

interface World {
  tenant: Tenant;
  /** The same name each time, and no other test's. */
  names(what: string): string;
  /** How many there are in a list. */
  list(path: string): Promise<number>;
  /** Makes something that the call needs; answers its id. */
  make(path: string, body: unknown): Promise<string>;
  session(): Promise<{ session_id: string }>;
}

/** Creating calls of the owner API under an `Idempotency-Key`, and captured signed ones. */
export function describeOwnerRepeats(fixture: GetFixture): void {
  describe("repeated owner calls", () => {
    let tenant: Tenant;
    // A tenant of its own for each, so that lists are short and start empty.
    beforeEach(async () => {
      tenant = await createTenant(fixture().cluster, "Repeats");
      await tenant.owner.call("POST", "/api/agents/echo/import", { document: ECHO });
    });

    function worldOf(): World {
      const mark = randomUUID().slice(0, 8);
      return {
        tenant,
        names: (what) => `${what}-${mark}`,
        async list(path) {
          const answer = await tenant.owner.call<Page<unknown>>("GET", `${path}?limit=200`);
          return answer.status === 404 ? 0 : answer.body.data.length;
        },
        async make(path, body) {
          const made = await tenant.owner.call<{ id: string }>("POST", path, body);
          if (made.status !== 201) throw new Error(`not made: ${made.text}`);
          return made.body.id;
        },
        async session() {
          const agent = await tenant.owner.call<{ id: string }>("GET", "/api/agents/echo");
          const opened = await openSession({ ...fixture(), tenant, agentId: agent.body.id });
          await send({ ...fixture(), tenant }, opened.session_id, "hello");
          return opened;
        },
      };
    }

    it.each(Object.keys(CREATIONS))(
      "%s happens once for a key, and its answer is told again, byte for byte",
      async (name) => {
        const { gateways } = fixture().cluster;
        const creation = await CREATIONS[name]?.(worldOf());
        if (creation === undefined) throw new Error("every name has its call");
        const { path, status, as = tenant.owner } = creation;
        const headers = { ...creation.headers, "idempotency-key": `once-${randomUUID()}` };
        const ask = (to: number, other: Creation["other"] = {}) =>
          as.call<{ code?: string }>("POST", other.path ?? path, other.body ?? creation.body, {
            headers,
            base: gateways[to % gateways.length],
          });
        const before = await creation.count();
        const pair = await Promise.all([ask(0), ask(1)]);
        expect(pair.map((answer) => [answer.status, answer.text])).toEqual(Array(2).fill([status, pair[0].text]));
        const replayed = pair.map((answer) => answer.headers.get("idempotent-replayed"));
        expect(replayed.filter((mark) => mark === "true")).toHaveLength(1);
        expect(replayed.filter((mark) => mark === null)).toHaveLength(1);
        expect((await creation.count()) - before).toBe(1);

        const later = await ask(1);
        expect([later.status, later.text]).toEqual([status, pair[0].text]);
        expect(later.headers.get("idempotent-replayed")).toBe("true");
        const reused = await ask(0, creation.other);
        expect(reused).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
        expect((await creation.count()) - before).toBe(1);
      },
    );

    it("is promised in the documentation for exactly the calls that keep it", async () => {
      const { gateways } = fixture().cluster;
      const document = await call<Document>(`${gateways[0]}/openapi.json`, "GET");
      const promised = Object.entries(document.body.paths)
        .filter(([, { post }]) => post?.parameters?.some(({ name }) => name === "Idempotency-Key"))
        .map(([path]) => path);
      const kept = Object.keys(CREATIONS).map((name) => `/api${name.split(" ")[1]}`);
      expect(promised.sort()).toEqual([...new Set([...kept, ...ELSEWHERE])].sort());
    });

    it("does a captured signed call once, whatever key is put beside it", async () => {
      const { cluster } = fixture();
      const made = await tenant.owner.call<{ key_id: string; secret: string }>("POST", "/api/keys", {
        ...{ name: "Signs", scopes: ["manage"] },
      });
      const { key_id: keyId, secret: key } = made.body;
      const before = await worldOf().list("/api/agents/echo/public-links");
      for (const [target, content, status] of [
        ["/api/tokens", { name: "Captured", role: "viewer" }, 201],
        ["/api/agents/echo/public-links/bulk", { create: [{ title: "C" }] }, 200],
      ] as const) {
        const body = JSON.stringify(content);
        const signed = signedHeaders({ key, keyId }, { method: "POST", target, body });
        const ask = (name?: string) =>
          call(`${cluster.gateways[0]}${target}`, "POST", {
            body,
            headers: { ...signed, ...(name && { "idempotency-key": name }) },
          });
        const first = await ask(`first-${target}`);
        expect([first.status, first.headers.get("idempotent-replayed")]).toEqual([status, null]);
        for (const name of [undefined, `second-${target}`, `first-${target}`]) {
          const again = await ask(name);
          expect([again.status, again.text]).toEqual([status, first.text]);
          expect(again.headers.get("idempotent-replayed")).toBe("true");
        }
      }
      expect(await worldOf().list("/api/agents/echo/public-links")).toBe(before + 1);
      const tokens = await tenant.owner.call<Page<{ name: string }>>("GET", "/api/tokens?limit=200");
      expect(tokens.body.data.filter(({ name }) => name === "Captured")).toHaveLength(1);
    });

    it("keeps the keys of one tenant apart from those of another, and refuses a key that is none", async () => {
      const stranger = await createTenant(fixture().cluster, "Repeats too");
      const headers = { "idempotency-key": "shared" };
      const ask = (as: ApiClient, name: string) => as.call("POST", "/api/agents", { name }, { headers });
      expect((await ask(tenant.owner, "Mine")).status).toBe(201);
      const theirs = await ask(stranger.owner, "Theirs");
      expect([theirs.status, theirs.headers.get("idempotent-replayed")]).toEqual([201, null]);
      const bad = { headers: { "idempotency-key": "x".repeat(256) } };
      expect((await tenant.owner.call("POST", "/api/agents", { name: "Bad" }, bad)).status).toBe(422);
    });

    it("leaves a key free whose call was refused, and remembers no dry run", async () => {
      const headers = { "idempotency-key": "refused-first" };
      const path = "/api/agents/refused/import";
      const ask = (body: unknown) => tenant.owner.call("POST", path, body, { headers });
      expect((await ask({ document: {} })).status).toBe(422);
      expect((await ask({ document: ECHO, dry_run: true })).body).toMatchObject({ status: "validated" });
      const made = await ask({ document: ECHO });
      expect(made.body).toMatchObject({ status: "created", version: 1 });
      expect(made.headers.get("idempotent-replayed")).toBeNull();
    });
  });
}
