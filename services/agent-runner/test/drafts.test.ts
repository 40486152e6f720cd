import {
  type AppError,
  createAgent,
  deleteDraft,
  getDraft,
  getVersion,
  importAgent,
  listDraftSaves,
  listDrafts,
  listVersions,
  newId,
  type Principal,
  publishDraft,
  type Role,
  saveDraft,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
beforeAll(async () => {
  h = await turnHarness();
  await h.runner();
});
afterAll(() => h.close());

const as = (id: string, role: Role = "editor"): Principal => ({ tenantId: h.tenantId, role, via: "user", id });
const ada = () => as("ada");
const ben = () => as("ben");

const newAgent = async (): Promise<string> => {
  const principal = as("admin", "admin");
  const made = await eventually(() => h.bus.call(createAgent, { principal, name: newId(), description: null }));
  return made.agent.id;
};
const textOf = (words: string): string =>
  `# written by hand\nagent: { name: Desk }\nworkflow:\n  initial_node: a\n  nodes:\n    - { id: a, proactive: true, static_text: "${words}" }\n`;
const save = (principal: Principal, agent: string, text: string, expected: number, baseVersion: number | null = null) =>
  h.bus.call(saveDraft, { principal, agent, text, baseVersion, expected });
const publish = (principal: Principal, agent: string, revision: number, idempotency?: string) =>
  h.bus.call(publishDraft, {
    ...{ principal, agent, revision, activate: true, notes: "why" },
    idempotency: idempotency === undefined ? null : { key: idempotency, fingerprint: "f" },
  });
const mine = async (principal: Principal, agent: string) => (await h.bus.call(getDraft, { principal, agent })).draft;
const refusal = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => {
      throw new Error("was not refused");
    },
    (error: AppError) => error,
  );

describe("a draft", () => {
  it("belongs to its author: others see that it exists but none of its text", async () => {
    const agent = await newAgent();
    await save(ada(), agent, "of ada: {{{", 0);
    expect(await mine(ada(), agent)).toMatchObject({
      text: "of ada: {{{",
      revision: 1,
      mine: true,
      live_version: null,
    });
    expect((await refusal(mine(ben(), agent))).code).toBe("draft_not_found");
    const { data } = await h.bus.call(listDrafts, { principal: ben(), agent });
    expect(data).toMatchObject([{ author: { via: "user", id: "ada" }, mine: false, revision: 1 }]);
    expect(JSON.stringify(data)).not.toContain("of ada");
    expect((await refusal(save(as("eve", "viewer"), agent, "x", 0))).code).toBe("forbidden");
  });

  it("is sealed in the database for its author only", async () => {
    const agent = await newAgent();
    await save(ada(), agent, "token: very secret", 0);
    const { rows } = await h.db.tenant(h.tenantId, (trx) =>
      sql<{ all: string }>`select d::text as all from agent_drafts d where agent_id = ${agent}`.execute(trx),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.all).not.toContain("secret");
    await h.db.tenant(h.tenantId, (trx) =>
      sql`update agent_drafts set author = 'user:ben' where agent_id = ${agent}`.execute(trx),
    );
    expect((await refusal(mine(ben(), agent))).code).not.toBe("draft_not_found");
  });

  it("is never overwritten by a tab that has not seen its newest save, and gives that tab its text", async () => {
    const agent = await newAgent();
    await save(ada(), agent, "one", 0);
    await save(ada(), agent, "two", 1);
    const late = await refusal(save(ada(), agent, "three", 1));
    expect(late).toMatchObject({ code: "draft_changed", extra: { draft: { text: "two", revision: 2 } } });
    // A repeat of the save that is there is none.
    expect((await save(ada(), agent, "two", 1)).draft.revision).toBe(2);
    const tabs = await Promise.allSettled(Array.from({ length: 10 }, (_, tab) => save(ada(), agent, `tab ${tab}`, 2)));
    expect(tabs.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await mine(ada(), agent)).revision).toBe(3);
  });

  it("keeps its newest twenty states that are a minute apart, and is deleted with its history", async () => {
    const agent = await newAgent();
    for (let revision = 0; revision < 25; revision += 1) {
      await save(ada(), agent, `state ${revision + 1}`, revision);
      await h.db.tenant(h.tenantId, (trx) =>
        sql`update agent_drafts set begun_at = begun_at - interval '61 seconds' where agent_id = ${agent}`.execute(trx),
      );
    }
    await save(ada(), agent, "soon after", 25);
    await save(ada(), agent, "sooner", 26);
    const { data } = await h.bus.call(listDraftSaves, { principal: ada(), agent });
    expect(data.map(({ revision }) => revision)).toEqual([27, ...Array.from({ length: 19 }, (_, back) => 25 - back)]);
    expect(data.every(({ text }) => text === undefined)).toBe(true);
    const one = await h.bus.call(listDraftSaves, { principal: ada(), agent, revision: 10 });
    expect(one.data).toMatchObject([{ revision: 10, text: "state 10" }]);
    await h.bus.call(deleteDraft, { principal: ada(), agent });
    expect((await refusal(h.bus.call(deleteDraft, { principal: ada(), agent }))).code).toBe("draft_not_found");
    expect((await h.bus.call(listDraftSaves, { principal: ada(), agent })).data).toEqual([]);
  });
});

describe("publishing a draft", () => {
  it("creates one version with its author and removes this draft but nobody else's", async () => {
    const agent = await newAgent();
    await save(ada(), agent, textOf("Of Ada"), 0);
    await save(ben(), agent, textOf("Of Ben"), 0);
    const made = await publish(ada(), agent, 1, "key");
    expect(made).toMatchObject({ version: 1, active: true });
    expect(await publish(ada(), agent, 1, "key")).toMatchObject({ version: 1, replayed: true });
    const { document } = await h.bus.call(getVersion, { principal: ada(), agent, version: 1 });
    expect(JSON.stringify(document)).toContain("Of Ada");
    expect((await refusal(mine(ada(), agent))).code).toBe("draft_not_found");
    expect((await mine(ben(), agent)).text).toContain("Of Ben");
    const { data } = await h.bus.call(listVersions, { principal: ada(), agent, limit: 10 });
    expect(data).toMatchObject([{ version: 1, author: { via: "user", id: "ada" }, notes: "why" }]);
  });

  it("is refused when another version has gone live since, and succeeds once the draft is up to date", async () => {
    const agent = await newAgent();
    await save(ada(), agent, textOf("Of Ada"), 0);
    const document = textOf("Of Ben");
    await h.bus.call(importAgent, { principal: ben(), agent, document, dryRun: false, activate: true, notes: null });
    const moved = await refusal(publish(ada(), agent, 1));
    expect(moved).toMatchObject({ code: "base_changed", extra: { base_version: null, live_version: 1 } });
    await save(ada(), agent, textOf("Of both"), 1, 1);
    expect((await refusal(publish(ada(), agent, 1))).code).toBe("draft_changed");
    expect(await publish(ada(), agent, 2)).toMatchObject({ version: 2, active: true });
  });

  it("succeeds for exactly one of two concurrent publishers", async () => {
    const agent = await newAgent();
    await Promise.all([save(ada(), agent, textOf("A"), 0), save(ben(), agent, textOf("B"), 0)]);
    const both = await Promise.allSettled([publish(ada(), agent, 1), publish(ben(), agent, 1)]);
    expect(both.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await h.bus.call(listVersions, { principal: ada(), agent, limit: 10 })).data).toHaveLength(1);
  });

  it("keeps a draft that cannot become a version, and says why", async () => {
    const agent = await newAgent();
    await save(ada(), agent, "agent: { name: x }\nworkflow: { initial_node: a }\n", 0);
    expect((await refusal(publish(ada(), agent, 1))).code).toBe("invalid_document");
    expect((await mine(ada(), agent)).revision).toBe(1);
  });

  it("keeps the comments of the draft for editors, but no text that contains the value of a secret", async () => {
    const agent = await newAgent();
    const text = textOf("Hello.");
    await save(ada(), agent, text, 0);
    await publish(ada(), agent, 1);
    const read = (principal: Principal, version: number) => h.bus.call(getVersion, { principal, agent, version });
    expect(await read(ben(), 1)).toMatchObject({ text, document: { agent: { name: "Desk" } } });
    expect((await read(as("vi", "viewer"), 1)).text).toBeNull();
    const secret = `${textOf("Hi.")}  webhook: { url: "https://crm.example.com/x", auth: { type: bearer, token: sk_live_4711 } }\n`;
    await save(ada(), agent, secret, 0, 1);
    await publish(ada(), agent, 1);
    const second = await read(as("admin", "admin"), 2);
    expect(second).toMatchObject({
      text: null,
      document: { workflow: { webhook: { auth: { token: "sk_live_4711" } } } },
    });
    const { rows } = await h.db.tenant(h.tenantId, (trx) =>
      sql<{ row: string }>`select to_jsonb(v)::text as row from agent_versions v where agent_id = ${agent}`.execute(
        trx,
      ),
    );
    expect(rows.map(({ row }) => row.includes("sk_live"))).toEqual([false, false]);
  });
});
