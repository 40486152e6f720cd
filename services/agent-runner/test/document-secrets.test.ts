import { type Bus, connectBus } from "@parley/bus";
import { diffVersions, getVersion, importAgent, newId, type Principal, type Role } from "@parley/contracts";
import { connectDb, type Db, sql } from "@parley/db";
import { createLogger, createMetrics } from "@parley/observability";
import { createSecrets, openDocumentSecret } from "@parley/secrets";
import { eventually, type FreshDatabase, freshDatabase, PATIENT, startNats } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerAgents } from "../src/agents/register-agents.js";
import { openDocument } from "../src/documents/document-secrets.js";
import { runnerConfig } from "../src/index.js";
import { newTenant } from "./new-tenant.js";

const KEY = "a master key for the tests of documents, long enough";
const [secrets, logger] = [createSecrets(KEY), createLogger({ service: "test", level: "silent" })];
let nats: Awaited<ReturnType<typeof startNats>>;
let database: FreshDatabase;
let db: Db;
let buses: Bus[];
let bus: Bus;
let agents: { stop(): Promise<void> };

beforeAll(async () => {
  [nats, database] = await Promise.all([startNats(), freshDatabase()]);
  db = connectDb({ ...PATIENT, url: database.url, name: "test", logger });
  const connect = (name: string) => connectBus({ url: nats.url, name, logger, metrics: createMetrics() });
  buses = await Promise.all([connect("test"), connect("runner")]);
  const [caller, runner] = buses;
  if (!caller || !runner) throw new Error("no bus");
  bus = caller;
  agents = registerAgents({ logger, bus: runner, db, secrets, config: runnerConfig.parse({}) });
});
afterAll(async () => {
  await agents.stop();
  await Promise.all(buses.map((open) => open.close()));
  await db.close();
  await Promise.all([nats.destroy(), database.drop()]);
});

const [BEARER, HEADER, COOKIE] = ["webhook-token-4711", "Bearer api-token-4712", "session=4713"];
const call = (more: Record<string, unknown> = {}) => ({
  method: "GET",
  url: "https://crm.example/v1",
  headers: { Authorization: HEADER, cookie: COOKIE, "X-Api-Key": "key-4714", Accept: "application/json" },
  ...more,
});
const documentOf = (apiCall: Record<string, unknown> = call(), more: unknown[] = []) => ({
  agent: { name: "Desk" },
  workflow: {
    webhook: { enabled: true, url: "https://hooks.example/in", auth: { type: "bearer", token: BEARER } },
    nodes: [
      ...more,
      { id: "look", type: "api_call", api_call: apiCall, transitions: [{ target: "end", condition: "always" }] },
      { id: "end", type: "end_call", static_text: "Bye" },
    ],
    initial_node: "look",
  },
});
const SECRETS = [BEARER, HEADER, COOKIE, "key-4714"];

const importTo = (principal: Principal, document: unknown) =>
  bus.call(importAgent, { principal, agent: "desk", document, dryRun: false, activate: true, notes: null });
const shown = async (principal: Principal, version: number): Promise<unknown> =>
  (await bus.call(getVersion, { principal, agent: "desk", version })).document;

/** All that the database holds of the versions of a tenant and their webhooks. */
async function stored(tenantId: string): Promise<string> {
  const { rows } = await db.tenant(tenantId, (trx) =>
    sql<{ all: string }>`select coalesce(string_agg(v.document::text || coalesce(e.settings::text, ''), ' '), '') as all
      from agent_versions v left join webhook_endpoints e on e.agent_id = v.agent_id and e.agent_version = v.version`.execute(
      trx,
    ),
  );
  return rows[0]?.all ?? "";
}

describe("secrets in a document imported by an editor", () => {
  it("are sealed in the database, readable by admins, and masked for everybody else", async () => {
    const as = await newTenant(db);
    await importTo(as("editor"), documentOf());
    const lies = await stored(as("owner").tenantId);
    for (const secret of SECRETS) expect(lies).not.toContain(secret);
    expect(lies).toContain("application/json");
    for (const role of ["admin", "owner"] as const) expect(await shown(as(role), 1)).toEqual(documentOf());
    for (const role of ["viewer", "operator", "editor"] as const) {
      const text = JSON.stringify(await shown(as(role), 1));
      for (const secret of SECRETS) expect([role, text]).not.toEqual([role, expect.stringContaining(secret)]);
      expect(text.split("••••")).toHaveLength(SECRETS.length + 1);
      expect(text).not.toContain("sealed:");
    }
  });

  it("are compared for admins only: for lower roles, a changed one is no difference", async () => {
    const as = await newTenant(db);
    await importTo(as("editor"), documentOf());
    await importTo(as("editor"), documentOf(call({ headers: { Authorization: "Bearer changed-4715" } })));
    const diff = async (role: Role) =>
      JSON.stringify(await bus.call(diffVersions, { principal: as(role), agent: "desk", from: 1, to: 2 }));
    expect(await diff("admin")).toContain("changed-4715");
    for (const secret of [...SECRETS, "changed-4715", "sealed:"]) expect(await diff("editor")).not.toContain(secret);
  });

  it("survive export, editing and re-import by an editor, even when nodes move", async () => {
    const as = await newTenant(db);
    await importTo(as("editor"), documentOf());
    const exported = JSON.parse(JSON.stringify(await shown(as("editor"), 1)));
    exported.workflow.nodes.unshift({
      id: "hello",
      static_text: "Hello",
      transitions: [{ target: "look", condition: "always" }],
    });
    await importTo(as("editor"), exported);
    const added = exported.workflow.nodes[0];
    expect(await shown(as("admin"), 2)).toEqual(documentOf(call(), [added]));
  });

  it("cannot be sent to another server by those who may not see them, nor created from a mask alone", async () => {
    const as = await newTenant(db);
    const masked = documentOf(call({ headers: { Authorization: "••••" } }));
    await expect(importTo(as("editor"), masked)).rejects.toMatchObject({
      code: "invalid_document",
      errors: [{ pointer: "/document/workflow/nodes/look/api_call/headers/Authorization", rule: "masked" }],
    });
    await importTo(as("editor"), documentOf());
    for (const url of [
      "https://evil.example/v1",
      "https://crm.example.evil.example",
      "http://crm.example/v1",
      "https://crm.example@evil.example/",
    ])
      await expect(
        importTo(as("editor"), documentOf(call({ url, headers: { Authorization: "••••" } }))),
      ).rejects.toMatchObject({
        code: "invalid_document",
      });
    await importTo(
      as("editor"),
      documentOf(call({ url: "https://crm.example/v2", headers: { Authorization: "••••" } })),
    );
    expect(JSON.stringify(await shown(as("admin"), 2))).toContain(HEADER);
  });

  it("are sealed at the start of a runner, if older versions and their webhooks hold them in plain text", async () => {
    const as = await newTenant(db);
    const { tenantId } = as("owner");
    const agentId = newId();
    await db.tenant(tenantId, async (trx) => {
      await sql`insert into agents (id, tenant_id, name, slug, latest_version) values (${agentId}, ${tenantId}, 'Desk', 'desk', 1)`.execute(
        trx,
      );
      await sql`insert into agent_versions (agent_id, version, tenant_id, document, content_hash)
        values (${agentId}, 1, ${tenantId}, ${JSON.stringify(documentOf())}::json, 'x')`.execute(trx);
      await sql`select keep_version_webhook(tenant_id, agent_id, version, document #> '{workflow,webhook}')
        from agent_versions`.execute(trx);
    });
    for (const secret of SECRETS) expect(await stored(tenantId)).toContain(secret);
    expect(await shown(as("admin"), 1)).toEqual(documentOf());
    const [, runner] = buses;
    if (!runner) throw new Error("no bus");
    const again = await connectBus({ url: nats.url, name: "second", logger, metrics: createMetrics() });
    const second = registerAgents({ logger, bus: again, db, secrets, config: runnerConfig.parse({}) });
    await eventually(async () => {
      for (const secret of SECRETS) expect(await stored(tenantId)).not.toContain(secret);
    });
    await second.stop();
    // Not `close()`: until the server has seen the socket close it continues giving this one calls, which nobody answers.
    await again.drain();
    expect(await shown(as("admin"), 1)).toEqual(documentOf());
    const { rows } = await db.tenant(tenantId, (trx) =>
      sql<{ token: string }>`select settings #>> '{auth,token}' as token from webhook_endpoints`.execute(trx),
    );
    expect(openDocumentSecret(secrets, tenantId, rows[0]?.token ?? "")).toBe(BEARER);
  });

  it("open only under their own tenant and key", async () => {
    const as = await newTenant(db);
    await importTo(as("editor"), documentOf());
    const { tenantId } = as("owner");
    const { rows } = await db.tenant(tenantId, (trx) =>
      sql<{ document: unknown }>`select document from agent_versions`.execute(trx),
    );
    expect(openDocument(secrets, tenantId, rows[0]?.document)).toEqual(documentOf());
    expect(() => openDocument(secrets, newId(), rows[0]?.document)).toThrow();
    expect(() => openDocument(createSecrets(`${KEY} of another server`), tenantId, rows[0]?.document)).toThrow();
  });
});
