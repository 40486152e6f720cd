import { createSession } from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type KnowledgeWorld, startKnowledgeWorld } from "../knowledge/knowledge-world.js";

const DESK = {
  agent: { name: "Desk" },
  workflow: { initial_node: "desk", nodes: [{ id: "desk", system_prompt: "Answer the visitor." }] },
};
let world: KnowledgeWorld;
let agentId: string;
let people = 0;

async function started(options: { summaryEvery: number; runners: number }): Promise<void> {
  world = await startKnowledgeWorld(options);
  agentId = (await world.import("desk", DESK)).agentId;
}

/** A conversation of a new person whose address is confirmed, talked with until there is a first summary. */
async function remembered(): Promise<string> {
  people += 1;
  const email = `person-${people}@example.com`;
  const sessionId = await opened(email);
  await world.say(sessionId, "I drink tea");
  expect(await promptOf(sessionId, "I live in Bern")).not.toContain("<memory>");
  await eventually(
    async () => {
      const { body } = await world.call("GET", `/api/agents/desk/memory/${email}`);
      if (!String(body.summary).includes("tea")) throw new Error("not summarised yet");
    },
    { timeoutMs: 20_000 },
  );
  return sessionId;
}

async function opened(email: string): Promise<string> {
  const { tenantId, bus } = world;
  const person = { participant: { email }, participantVerified: true };
  const session = { tenantId, agentId, version: null, metadata: {}, replyTo: "test", ...person };
  return (await bus.call(createSession, session)).sessionId;
}

/** The system text with which this message was answered. */
async function promptOf(sessionId: string, message: string): Promise<string> {
  await world.say(sessionId, message);
  const asked = world.asked.findLast(
    ({ hints, messages }) => hints.nodeId === "desk" && messages.at(-1)?.content === message,
  );
  return asked?.system ?? "not asked";
}

const change = (what: ReturnType<typeof sql>): Promise<unknown> =>
  world.db.tenant(world.tenantId, (trx) => what.execute(trx));

const nothingToSummarise = (sessionId: string): Promise<void> =>
  eventually(async () => {
    const { rows } = await world.db.tenant(world.tenantId, (trx) =>
      sql`select from text_conversations c join memory_cursors m on m.conversation_id = c.id
        where c.session_id = ${sessionId} and c.total_turns - m.summarised_through >= 2`.execute(trx),
    );
    expect(rows).toEqual([]);
  });

describe.each([1, 2])("what is remembered of a person, with %i runners", (runners) => {
  beforeAll(() => started({ summaryEvery: 2, runners }), 60_000);
  afterAll(() => world.close());

  it("is in the next prompt of a running conversation as soon as it is stored", async () => {
    const sessionId = await remembered();
    const prompt = await promptOf(sessionId, "And now?");
    expect(prompt).toContain("<memory>");
    expect(prompt).toContain("I live in Bern");
  });

  it("is used as corrected, and gone once deleted, whichever replica answers the next message", async () => {
    const sessionId = await remembered();
    for (const n of [1, 2, 3, 4]) {
      await change(sql`update memories set notes = ${`Moved to street ${n}.`}`);
      const prompt = await promptOf(sessionId, `message ${n}`);
      expect(prompt).toContain(`Moved to street ${n}.`);
      expect(prompt).not.toContain(`Moved to street ${n - 1}.`);
    }
    // A summary of what was just said would be the memory of a new person.
    await nothingToSummarise(sessionId);
    await change(sql`delete from memories`);
    expect(await promptOf(sessionId, "Who am I?")).not.toContain("<memory>");
  });
});

describe("what is remembered of a person, without the memory service", () => {
  beforeEach(() => started({ summaryEvery: 2, runners: 1 }), 60_000);
  afterEach(() => world.close());

  it.each([
    ["is still known while it stays the same", null, true],
    ["is not used any more once it was corrected", sql`update memories set notes = 'Corrected.'`, false],
    ["is not used any more once it was deleted", sql`delete from memories`, false],
  ])(
    "%s",
    async (_, changed, isKnown) => {
      const sessionId = await remembered();
      expect(await promptOf(sessionId, "Do you remember?")).toContain("tea");
      await world.stopMemory();
      if (changed) await change(changed);
      expect((await promptOf(sessionId, "And now?")).includes("tea")).toBe(isKnown);
    },
    60_000,
  );
});
