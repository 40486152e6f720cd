import type { Bus } from "@parley/bus";
import {
  AppError,
  activateVersion,
  agentActivated,
  createAgent,
  getAgent,
  getVersion,
  importAgent,
  listAgents,
  listVersions,
  newId,
  type Principal,
  resolveAgent,
  updateAgent,
  validateAgent,
} from "@parley/contracts";
import type { Db } from "@parley/db";
import { eventually, type World, world } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { registerAgents } from "../src/agents/register-agents.js";
import { runnerConfig } from "../src/index.js";
import { newTenant } from "./new-tenant.js";

let stage: World;
let db: Db;
let bus: Bus;
const activated: unknown[] = [];

beforeAll(async () => {
  stage = await world();
  ({ bus, db } = stage);
  bus.listen(agentActivated, async (payload) => void activated.push(payload));
  await bus.settled();
  for (const name of ["runner-1", "runner-2"]) {
    const replica = await stage.connect(name);
    registerAgents({ ...stage, bus: replica, config: runnerConfig.parse({}), model: { providers: new Set(["eu"]) } });
    await replica.settled();
  }
});
afterAll(() => stage.close());

/** A document that reads well in a diff: `words` makes its content differ. */
const documentOf = (words = "Hello", name = "Front Desk") => ({
  workflow: {
    nodes: [
      {
        transitions: [{ target: "bye", condition: "contains:bye" }],
        id: "hello",
        proactive: true,
        static_text: words,
        "x-note": { z: 1, a: 2 },
      },
      { id: "bye", type: "end_call", static_text: "Bye" },
    ],
    initial_node: "hello",
  },
  agent: { name },
});

const importTo = (
  principal: Principal,
  agent: string,
  options: Partial<Parameters<typeof bus.call<typeof importAgent.request, typeof importAgent.response>>[1]> = {},
) =>
  bus.call(importAgent, {
    principal,
    agent,
    document: documentOf(),
    dryRun: false,
    activate: true,
    notes: null,
    ...options,
  });

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  throw new Error("was expected to be refused");
}

describe("importing an agent", () => {
  it("creates the agent when it is new, then adds versions to it", async () => {
    const as = await newTenant(db);
    const first = await importTo(as("editor"), "front-desk");
    expect(first).toMatchObject({ status: "created", version: 1, active: true, issues: [] });
    const second = await importTo(as("editor"), "front-desk", {
      document: documentOf("Hi"),
      activate: false,
      notes: "draft",
    });
    expect(second).toMatchObject({ status: "updated", agent_id: first.agent_id, version: 2, active: false });
    const { agent } = await bus.call(getAgent, { principal: as("viewer"), agent: "front-desk" });
    expect(agent).toMatchObject({ id: first.agent_id, name: "Front Desk", slug: "front-desk", active_version: 1 });
    expect((await bus.call(getAgent, { principal: as("viewer"), agent: agent.id })).agent).toEqual(agent);
    expect((await bus.call(getAgent, { principal: as("viewer"), agent: "Front Desk" })).agent).toEqual(agent);
  });

  it("preserves the document as written: import, export, import is the identity", async () => {
    const as = await newTenant(db);
    const document = documentOf();
    await importTo(as("editor"), "a", { document });
    const exported = await bus.call(getVersion, { principal: as("viewer"), agent: "a", version: 1 });
    expect(JSON.stringify(exported.document)).toBe(JSON.stringify(document));
    await importTo(as("editor"), "a", { document: exported.document });
    const again = await bus.call(getVersion, { principal: as("viewer"), agent: "a", version: 2 });
    expect(again.version.content_hash).toBe(exported.version.content_hash);
    await importTo(as("editor"), "a", { document: documentOf("Other") });
    const other = await bus.call(getVersion, { principal: as("viewer"), agent: "a", version: 3 });
    expect(other.version.content_hash).not.toBe(exported.version.content_hash);
  });

  it("reads text as JSON or YAML and gives equal documents the same hash, whatever the order of keys", async () => {
    const as = await newTenant(db);
    const document = documentOf();
    const { agent, workflow } = document;
    for (const text of [JSON.stringify({ agent, workflow }), stringify(document)]) {
      await importTo(as("editor"), "a", { document: text });
    }
    const { data } = await bus.call(listVersions, { principal: as("viewer"), agent: "a", limit: 10 });
    expect(new Set(data.map((version) => version.content_hash)).size).toBe(1);
    const stored = await bus.call(getVersion, { principal: as("viewer"), agent: "a", version: 2 });
    expect(stored.document).toEqual(parse(stringify(document)));
    await expect(importTo(as("editor"), "a", { document: "agent: {name: A}\nworkflow: x: y" })).rejects.toMatchObject({
      code: "invalid_document",
      errors: [{ pointer: "/document", rule: "yaml", message: "is neither JSON nor YAML: line 2, column 11" }],
    });
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((key, n) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[n]}`).join(",")}]`)
      .join("\n")}`;
    expect(await codeOf(importTo(as("editor"), "a", { document: bomb }))).toBe("invalid_document");
  });

  it("rejects an invalid document with every issue and stores nothing; a dry run stores nothing either", async () => {
    const as = await newTenant(db);
    const document = documentOf();
    const broken = { ...document, workflow: { ...document.workflow, initial_node: "nowhere", surprise: 1 } };
    const refused = importTo(as("editor"), "a", { document: broken });
    await expect(refused).rejects.toMatchObject({
      code: "invalid_document",
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: "/document/workflow/initial_node", rule: "unknown_node" }),
        expect.objectContaining({ rule: "unknown_field" }),
      ]),
    });
    expect(await importTo(as("editor"), "a", { dryRun: true })).toMatchObject({
      status: "validated",
      agent_id: null,
      version: null,
    });
    expect(await codeOf(bus.call(getAgent, { principal: as("viewer"), agent: "a" }))).toBe("agent_not_found");
    const { valid, issues } = await bus.call(validateAgent, { document: broken });
    expect(valid).toBe(false);
    expect(issues.map((issue) => issue.code)).toEqual(expect.arrayContaining(["unknown_node", "unknown_field"]));
    expect(await bus.call(validateAgent, { document })).toEqual({ valid: true, issues: [] });
  });

  it("warns of unconfigured providers at each place that names one", async () => {
    const as = await newTenant(db);
    const node = { id: "talk", system_prompt: "Talk.", llm_override: { provider_id: "us" } };
    const workflow = {
      initial_node: "talk",
      llm: { provider_id: "eu" },
      extraction_llm: { provider_id: "us" },
      nodes: [node],
    };
    const document = { agent: { name: "Far" }, workflow };
    const { valid, issues } = await bus.call(validateAgent, { document });
    const warned = issues.filter(({ code }) => code === "unknown_provider");
    expect([valid, warned]).toMatchObject([
      true,
      [
        { severity: "warning", path: ["workflow", "extraction_llm", "provider_id"] },
        { severity: "warning", path: ["workflow", "nodes", 0, "llm_override", "provider_id"] },
      ],
    ]);
    expect((await importTo(as("editor"), "far", { document })).issues).toEqual(expect.arrayContaining(warned));
  });

  it("separates the errors that reject a document from mere warnings", async () => {
    const as = await newTenant(db);
    const document = {
      agent: { name: "Odd" },
      workflow: {
        initial_node: "a",
        nodes: [
          { id: "a", system_prompt: "Hi {{nobody}}", transitions: [{ condition: "always", target: "nowhere" }] },
          { id: "lonely", type: "end_call", static_text: "Bye" },
        ],
      },
    };
    const refusal = await importTo(as("editor"), "odd", { document }).then(
      () => new Error("taken"),
      (error: unknown) => error,
    );
    if (!(refusal instanceof AppError)) throw refusal;
    const told = z.array(z.looseObject({ rule: z.string(), pointer: z.string(), message: z.string() }));
    const [errors, warnings] = [told.parse(refusal.errors), told.parse(refusal.extra?.warnings)];
    const issues = z
      .array(z.object({ code: z.string(), severity: z.enum(["error", "warning"]) }))
      .parse(refusal.extra?.issues);
    const codesOf = (wanted: string) => issues.filter(({ severity }) => severity === wanted).map(({ code }) => code);
    expect(errors.map(({ rule }) => rule)).toEqual(codesOf("error"));
    expect(warnings.map(({ rule }) => rule)).toEqual(codesOf("warning"));
    expect(errors).toContainEqual(expect.objectContaining({ rule: "unknown_node" }));
    expect(warnings).toContainEqual(expect.objectContaining({ rule: "unreachable_node" }));
  });

  it("numbers versions 1..N without gap or repeat under parallel imports, and creates one agent", async () => {
    const as = await newTenant(db);
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => importTo(as("editor"), "busy", { document: documentOf(`v${n}`) })),
    );
    expect(new Set(answers.map((answer) => answer.agent_id)).size).toBe(1);
    expect(answers.filter((answer) => answer.status === "created")).toHaveLength(1);
    expect(answers.map((answer) => answer.version).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
      Array.from({ length: 12 }, (_, n) => n + 1),
    );
    const { data } = await bus.call(listVersions, { principal: as("viewer"), agent: "busy", limit: 50 });
    expect(data.filter((version) => version.active)).toHaveLength(1);
  });

  it("accepts an id only for an existing agent of the tenant", async () => {
    const [as, stranger] = [await newTenant(db), await newTenant(db)];
    const { agent_id } = await importTo(as("editor"), "a");
    expect(await codeOf(importTo(stranger("editor"), String(agent_id)))).toBe("agent_not_found");
    expect(await codeOf(importTo(as("editor"), newId()))).toBe("agent_not_found");
    expect(await codeOf(importTo(as("editor"), newId(), { dryRun: true }))).toBe("agent_not_found");
    expect(await importTo(as("editor"), String(agent_id))).toMatchObject({ status: "updated", version: 2 });
    expect(await codeOf(bus.call(getAgent, { principal: stranger("viewer"), agent: "a" }))).toBe("agent_not_found");
  });
});

describe("the agents API", () => {
  it("creates agents with unique slugs and refuses a name that is taken", async () => {
    const as = await newTenant(db);
    const create = (name: string) => bus.call(createAgent, { principal: as("editor"), name, description: null });
    expect((await create("Café Zürich!")).agent).toMatchObject({ slug: "cafe-zurich", active_version: null });
    expect((await create("Cafe Zürich")).agent.slug).toBe("cafe-zurich-2");
    expect((await create("客服")).agent.slug).toBe("agent");
    expect((await create("予約")).agent.slug).toBe("agent-2");
    expect(await codeOf(create("Café Zürich!"))).toBe("name_taken");
    expect((await create(newId())).agent.slug).toMatch(/^agent-/);
  });

  it("gives no agent a name that resolves to another one", async () => {
    const as = await newTenant(db);
    const make = (name: string) => bus.call(createAgent, { principal: as("editor"), name, description: null });
    const { agent: desk } = await make("Front Desk");
    const { agent: other } = await make("Other");
    const rename = (agent: string, name: string) => bus.call(updateAgent, { principal: as("editor"), agent, name });
    expect(await codeOf(rename(other.id, "Front Desk"))).toBe("name_taken");
    expect(await codeOf(rename(other.id, "front-desk"))).toBe("name_taken");
    // Its own name and slug lead to itself.
    expect((await rename(desk.id, "Front Desk")).agent.name).toBe("Front Desk");
    expect((await rename(desk.id, "front-desk")).agent.name).toBe("front-desk");
    expect((await rename(other.id, "Front Desk")).agent.name).toBe("Front Desk");
    expect(await codeOf(make("Front Desk"))).toBe("name_taken");
    const stranger = await newTenant(db);
    const theirs = { principal: stranger("editor"), name: "Front Desk", description: null };
    expect((await bus.call(createAgent, theirs)).agent.slug).toBe("front-desk");
  });

  it("gives a name to exactly one of many concurrent requests", async () => {
    const as = await newTenant(db);
    const agents = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        bus.call(createAgent, { principal: as("editor"), name: `Agent ${n}`, description: null }),
      ),
    );
    const codes = await Promise.all(
      agents.map(({ agent }) =>
        bus.call(updateAgent, { principal: as("editor"), agent: agent.id, name: "Wanted" }).then(
          () => "given",
          (error: unknown) => (error instanceof AppError ? error.code : "failed"),
        ),
      ),
    );
    expect(codes.sort()).toEqual(["given", "name_taken", "name_taken", "name_taken"]);
  });

  it("pages agents and versions newest first", async () => {
    const as = await newTenant(db);
    for (const name of ["one", "two", "three"]) await importTo(as("editor"), name);
    const page = (cursor?: string) =>
      bus.call(listAgents, { principal: as("viewer"), limit: 2, ...(cursor ? { cursor } : {}) });
    const first = await page();
    const second = await page(String(first.nextCursor));
    expect([...first.data, ...second.data].map((agent) => agent.slug)).toEqual(["three", "two", "one"]);
    expect(second.nextCursor).toBeNull();
    for (let n = 0; n < 2; n += 1) await importTo(as("editor"), "one");
    const versions = (cursor?: string) =>
      bus.call(listVersions, { principal: as("viewer"), agent: "one", limit: 2, ...(cursor ? { cursor } : {}) });
    const newest = await versions();
    const oldest = await versions(String(newest.nextCursor));
    expect([...newest.data, ...oldest.data].map((version) => version.version)).toEqual([3, 2, 1]);
    expect(await codeOf(page("nonsense"))).toBe("validation_failed");
  });

  it("lets viewers only read, and refuses a caller without a tenant", async () => {
    const as = await newTenant(db);
    await importTo(as("editor"), "a");
    const viewer = as("operator");
    expect(await codeOf(importTo(viewer, "a"))).toBe("forbidden");
    expect(await codeOf(bus.call(createAgent, { principal: viewer, name: "b", description: null }))).toBe("forbidden");
    expect(await codeOf(bus.call(activateVersion, { principal: viewer, agent: "a", version: 1 }))).toBe("forbidden");
    expect(await codeOf(bus.call(listAgents, { principal: { ...viewer, tenantId: null }, limit: 10 }))).toBe(
      "forbidden",
    );
    expect((await bus.call(listAgents, { principal: as("viewer"), limit: 10 })).data).toHaveLength(1);
  });
});

describe("the versions API", () => {
  it("activates and announces an existing version, with exactly one active under parallel activations", async () => {
    const as = await newTenant(db);
    const { agent_id } = await importTo(as("editor"), "a");
    for (let n = 0; n < 3; n += 1) await importTo(as("editor"), "a", { activate: false });
    const activate = (version: number) => bus.call(activateVersion, { principal: as("editor"), agent: "a", version });
    await Promise.all([activate(2), activate(3), activate(4), activate(1)]);
    const { data } = await bus.call(listVersions, { principal: as("viewer"), agent: "a", limit: 10 });
    const active = data.filter((version) => version.active);
    expect(active).toHaveLength(1);
    expect((await bus.call(getAgent, { principal: as("viewer"), agent: "a" })).agent.active_version).toBe(
      active[0]?.version,
    );
    expect(await codeOf(activate(9))).toBe("version_not_found");
    const { tenantId } = as("viewer");
    await eventually(() => expect(activated).toContainEqual({ tenantId, agentId: agent_id, version: 4 }));
  });

  it("resolves the active or the requested version, and returns an error status for what does not exist", async () => {
    const as = await newTenant(db);
    const tenantId = String(as("viewer").tenantId);
    const { agent } = await bus.call(createAgent, { principal: as("editor"), name: "Empty", description: null });
    const resolve = (version: number | null, agentId = agent.id) =>
      bus.call(resolveAgent, { tenantId, agentId, version });
    expect(await resolve(null)).toEqual({ status: "error", code: "agent_has_no_version" });
    expect(await resolve(null, newId())).toEqual({ status: "error", code: "agent_not_found" });
    await importTo(as("editor"), agent.slug);
    await importTo(as("editor"), agent.slug, { activate: false });
    expect(await resolve(null)).toMatchObject({ status: "ok", agentName: "Empty", version: 1, isActive: true });
    expect(await resolve(2)).toMatchObject({ status: "ok", version: 2, isActive: false });
    expect(await resolve(3)).toEqual({ status: "error", code: "version_not_found" });
    const stranger = String((await newTenant(db))("viewer").tenantId);
    expect(await bus.call(resolveAgent, { tenantId: stranger, agentId: agent.id, version: null })).toEqual({
      status: "error",
      code: "agent_not_found",
    });
  });

  it("drops a cached answer on every replica when another version is activated", async () => {
    const as = await newTenant(db);
    const { agent_id } = await importTo(as("editor"), "a");
    const question = { tenantId: String(as("viewer").tenantId), agentId: String(agent_id), version: null };
    const versions = async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => bus.call(resolveAgent, question)));
      return new Set(answers.map((answer) => (answer.status === "ok" ? answer.version : answer.code)));
    };
    expect(await versions()).toEqual(new Set([1]));
    await importTo(as("editor"), "a");
    // Well below the time limit of a kept answer: the event has to do it.
    await eventually(async () => expect(await versions()).toEqual(new Set([2])), { timeoutMs: 1_500 });
  });
});
