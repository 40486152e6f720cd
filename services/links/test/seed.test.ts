import { createToken, deleteToken, importAgent, newId, resolveLink, updateLink, verifyToken } from "@parley/contracts";
import { sql } from "@parley/db";
import { createSecrets, parseToken } from "@parley/secrets";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { beginDemoWeek, DEMO_TENANT_ID, masterKeyFits, seedDemo } from "../src/index.js";
import { type Harness, startHarness } from "./harness.js";

let harness: Harness;
const imports: string[] = [];
beforeAll(async () => {
  harness = await startHarness([]);
  // Stands in for the agents: a new name becomes a row.
  harness.bus.serve(importAgent, async ({ agent, document }): Promise<z.input<typeof importAgent.response>> => {
    imports.push(agent);
    const id = newId();
    await harness.db.tenant(DEMO_TENANT_ID, (trx) =>
      sql`insert into agents (id, tenant_id, name, slug, active_version) values (${id}, ${DEMO_TENANT_ID}, ${String(document)}, ${agent}, 1)
        on conflict do nothing`.execute(trx),
    );
    return { status: "created", agent_id: id, version: 1, active: true, issues: [] };
  });
});
afterAll(() => harness.close());

const demo = {
  agents: [
    { slug: "first", document: "First", link: { title: "First link", max_sessions: 100 } },
    { slug: "second", document: "Second", link: { title: "Second link" } },
  ],
};

const resolve = (token: string) => {
  const parsed = parseToken("link", token);
  return parsed === null ? null : harness.bus.call(resolveLink, parsed);
};

describe("seeding the demo", () => {
  it("creates a tenant, an owner token, the agents and a working link each, the same ones at every start", async () => {
    const seeds = await Promise.all([seedDemo(harness.deps, demo), seedDemo(harness.deps, demo)]);
    const later = await seedDemo(harness.deps, demo);
    for (const seed of seeds) expect(seed).toEqual(later);
    expect(later.tenantId).toBe(DEMO_TENANT_ID);
    expect(later.agents.map(({ slug, version }) => [slug, version])).toEqual([
      ["first", 1],
      ["second", 1],
    ]);
    const { principal } = await harness.bus.call(verifyToken, { token: later.adminToken });
    expect(principal).toMatchObject({ tenantId: DEMO_TENANT_ID, role: "owner" });
    expect(later.links.map((link) => link.agent)).toEqual(["first", "second"]);
    expect(await resolve(later.links[0]?.token ?? "")).toMatchObject({
      status: "ok",
      policy: { id: later.links[0]?.id, title: "First link", maxSessions: 100 },
    });
  });

  it("keeps what the owner has changed and recreates what was deleted", async () => {
    const before = await seedDemo(harness.deps, demo);
    const [first, second] = before.links;
    if (!first || !second) throw new Error("no links");
    const owner = { tenantId: DEMO_TENANT_ID, role: "owner", via: "token", id: "test" } as const;
    await harness.bus.call(updateLink, { principal: owner, agent: "first", id: first.id, body: { title: "Mine" } });
    const imported = imports.length;
    await harness.db.tenant(DEMO_TENANT_ID, (trx) =>
      sql`update temporary_chat_links set deleted_at = now() where id = ${second.id}`.execute(trx),
    );
    const { principal } = await harness.bus.call(verifyToken, { token: before.adminToken });
    await harness.bus.call(createToken, { principal: owner, name: "Another", role: "owner" });
    await harness.bus.call(deleteToken, { principal: owner, id: principal?.id ?? "" });
    const after = await seedDemo(harness.deps, demo);
    expect(after.links[0]).toEqual(first);
    expect(await resolve(first.token)).toMatchObject({ policy: { title: "Mine" } });
    expect(after.links[1]?.token).not.toBe(second.token);
    expect((await resolve(after.links[1]?.token ?? ""))?.status).toBe("ok");
    expect(after.adminToken).not.toBe(before.adminToken);
    expect((await harness.bus.call(verifyToken, { token: after.adminToken })).principal).not.toBeNull();
    expect(imports).toHaveLength(imported);
  });

  it("finds the week's links again when a start died before it had stored them", async () => {
    const seed = await seedDemo(harness.deps, demo);
    const begun = await beginDemoWeek(harness.deps, seed);
    await harness.db.tenant(DEMO_TENANT_ID, (trx) => sql`delete from demo_secrets where name = 'week'`.execute(trx));
    const again = await beginDemoWeek(harness.deps, seed);
    expect(begun?.links).toHaveLength(2);
    expect(again?.links).toEqual(begun?.links);
    await harness.db.tenant(DEMO_TENANT_ID, (trx) => sql`delete from demo_secrets where name = 'week'`.execute(trx));
  });

  it("stores its secrets sealed", async () => {
    const seed = await seedDemo(harness.deps, demo);
    const { rows } = await harness.db.tenant(DEMO_TENANT_ID, (trx) =>
      sql<{ text: string }>`select d::text as text from demo_secrets d`.execute(trx),
    );
    expect(rows).toHaveLength(3);
    for (const { text } of rows)
      for (const secret of [seed.adminToken, ...seed.links.map((link) => link.token)])
        expect(text).not.toContain(secret);
  });

  it("starts over with another master key, which has invalidated all tokens", async () => {
    const before = await seedDemo(harness.deps, demo);
    const secrets = createSecrets("another master key, also more than long enough");
    expect(await masterKeyFits(harness.deps)).toBe(true);
    expect(await masterKeyFits({ ...harness.deps, secrets })).toBe(false);
    const after = await seedDemo({ ...harness.deps, secrets }, demo);
    expect(after.adminToken).not.toBe(before.adminToken);
    expect(after.links.map((link) => link.token)).not.toEqual(before.links.map((link) => link.token));
    expect(await seedDemo({ ...harness.deps, secrets }, demo)).toEqual(after);
  });

  it("creates links of another kind beside the existing ones", async () => {
    const before = await seedDemo(harness.deps, demo);
    const ended = demo.agents.map((agent) => ({
      ...agent,
      link: { ...agent.link, expires_in_hours: 24 },
      linkKind: ":ends",
    }));
    const other = await seedDemo(harness.deps, { agents: ended });
    for (const { token } of other.links) {
      expect(before.links.map((link) => link.token)).not.toContain(token);
      expect(await resolve(token)).toMatchObject({ status: "ok", policy: { expiresAt: expect.any(String) } });
    }
    expect(await seedDemo(harness.deps, demo)).toEqual(before);
  });
});
