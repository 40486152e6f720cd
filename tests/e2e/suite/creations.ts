import { randomUUID } from "node:crypto";
import type { ApiClient } from "@parley/testkit";
import { ECHO, ECHO_2 } from "../../cluster/documents.js";
import type { Tenant } from "../../cluster/owner.js";
import { type Fixture, openSession, type Page, send } from "./fixture.js";

/** A creating call: how it is made, how its body may differ, and how many things there are that it makes. */
export interface Creation {
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
export const CREATIONS: Record<string, (world: World) => Creation | Promise<Creation>> = {
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
  "POST /users": ({ list, names }) => ({
    ...{ status: 201, path: "/api/users", body: { email: `${names("user")}@example.com`, role: "viewer" } },
    other: { body: { email: `${names("other")}@example.com`, role: "viewer" } },
    count: () => list("/api/users"),
  }),
  "POST /agents/{agent}/secrets": ({ list }) => ({
    ...{ status: 201, path: "/api/agents/echo/secrets" },
    body: { name: "crm", value: "a value that is secret", hosts: ["crm.example.com"] },
    other: { body: { name: "other", value: "a value that is secret", hosts: ["crm.example.com"] } },
    count: () => list("/api/agents/echo/secrets"),
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
  "POST /agents/{agent}/public-links/{id}/send": async ({ list, make }) => {
    const at = `/api/agents/echo/public-links/${await make("/api/agents/echo/public-links", { title: "Sent" })}`;
    const body = { channel: "email", recipients: [{ address: "ada@example.com" }] };
    return {
      ...{ status: 202, path: `${at}/send`, body, other: { body: { ...body, template: "reminder" } } },
      count: () => list(`${at}/deliveries`),
    };
  },
  "POST /schedules": ({ list, names }) => {
    const parameters = { agent: "echo", channel: "email", recipients: ["ada@example.com"] };
    const action = "create_and_send_temp_chat_link";
    const body = { name: names("schedule"), cron: "0 9 * * 1-5", timezone: "Europe/Berlin", action, parameters };
    return {
      ...{ status: 201, path: "/api/schedules", body, other: { body: { ...body, cron: "0 8 * * 1-5" } } },
      count: () => list("/api/schedules"),
    };
  },
  "POST /schedules/{id}/run-now": async ({ list, make }) => {
    const parameters = { agent: "echo", channel: "email", recipients: ["ada@example.com"] };
    const body = { cron: "@daily", action: "create_and_send_temp_chat_link", parameters };
    const [one, two] = [await make("/api/schedules", body), await make("/api/schedules", body)];
    return {
      ...{ status: 202, path: `/api/schedules/${one}/run-now`, other: { path: `/api/schedules/${two}/run-now` } },
      count: () => list(`/api/schedules/${one}/runs`),
    };
  },
  "POST /alerts": ({ list, names }) => {
    const body = { kind: "waiting_time", name: names("alert"), notify: { emails: ["team@example.com"] } };
    return {
      ...{ status: 201, path: "/api/alerts", body, other: { body: { ...body, threshold: 5 } } },
      count: () => list("/api/alerts"),
    };
  },
  "POST /alerts/{id}/test": async ({ list, make }) => {
    const body = { kind: "waiting_time" };
    const [one, two] = [await make("/api/alerts", body), await make("/api/alerts", body)];
    return {
      ...{ status: 202, path: `/api/alerts/${one}/test`, other: { path: `/api/alerts/${two}/test` } },
      count: () => list(`/api/alerts/${one}/firings`),
    };
  },
  "POST /agents/{agent}/knowledge": ({ list }) => ({
    ...{ status: 201, path: "/api/agents/echo/knowledge", body: { name: "Hours", content: "Open from nine." } },
    other: { body: { name: "Hours", content: "Open from ten." } },
    count: () => list("/api/agents/echo/knowledge"),
  }),
  "POST /saved-replies": ({ list, names }) => {
    const body = { key: names("hours"), content: "Open from nine." };
    return {
      ...{ status: 201, path: "/api/saved-replies", body, other: { body: { ...body, content: "Open from ten." } } },
      count: () => list("/api/saved-replies"),
    };
  },
  "POST /sessions/{id}/notes": async ({ list, session }) => {
    const { session_id } = await session();
    const path = `/api/sessions/${session_id}/notes`;
    return {
      ...{ status: 201, path, body: { content: "Called back." }, other: { body: { content: "Called again." } } },
      count: () => list(path),
    };
  },
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

/** What the calls are made in. */
export interface World {
  tenant: Tenant;
  /** The same name each time, and no other test's. */
  names(what: string): string;
  /** How many there are in a list. */
  list(path: string): Promise<number>;
  /** Makes something that the call needs; answers its id. */
  make(path: string, body: unknown): Promise<string>;
  session(): Promise<{ session_id: string }>;
}

/** What creating calls need of a tenant with the echo agent. */
export function worldIn({ cluster, tenant }: Pick<Fixture, "cluster" | "tenant">): World {
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
      const opened = await openSession({ cluster, tenant, agentId: agent.body.id });
      await send({ cluster, tenant, agentId: agent.body.id }, opened.session_id, "hello");
      return opened;
    },
  };
}
