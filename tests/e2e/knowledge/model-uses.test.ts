import {
  createSession,
  endSession,
  getSessionAnalysis,
  linkPolicy,
  type SessionTrace,
  sessionTrace,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { createPriceBook, createScriptedEmbedder, type Model, type ModelUsage } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type KnowledgeWorld, startKnowledgeWorld } from "./knowledge-world.js";

interface Use {
  what: "reply" | "extract" | "classify" | "embed";
  input: number;
  output: number;
}

const PRICES = createPriceBook({ scripted: { input: 2, output: 4 }, vectors: { input: 1, output: 0 } });
const log: Use[] = [];

/** Every call of every service, with what it took. */
function watched(model: Model): Model {
  const noted = <T extends { usage: ModelUsage }>(what: Use["what"], answer: T): T => {
    log.push({ what, input: answer.usage.inputTokens, output: answer.usage.outputTokens });
    return answer;
  };
  const vectors = createScriptedEmbedder();
  return {
    ...model,
    prices: PRICES,
    embedder: {
      name: "vectors",
      embed: async (...call) => noted("embed", { ...(await vectors.embed(...call)), model: "vectors" }),
    },
    reply: async (...call) => noted("reply", await model.reply(...call)),
    extract: async (...call) => noted("extract", await model.extract(...call)),
    classify: async (...call) => noted("classify", await model.classify(...call)),
  };
}

const DESK = {
  agent: { name: "Desk" },
  workflow: {
    initial_node: "desk",
    rag: { search_mode: "hybrid", top_k: 2 },
    nodes: [
      {
        ...{ id: "desk", name: "Desk", system_prompt: "Answer the visitor.", proactive: true },
        intents: { leave: { description: "wants to leave", examples: ["I want to leave now"] } },
        transitions: [{ condition: "intent:leave", target: "bye" }],
      },
      { id: "bye", name: "Bye", static_text: "Bye." },
    ],
    post_call_analysis: {
      enabled: true,
      questions: [{ name: "topic", description: "What was it about?", type: "string" }],
    },
  },
};

const tokensOf = (use: { input: number; output: number }): number => use.input + use.output;
const sumOf = (of: Use["what"][]): number =>
  log.filter(({ what }) => of.includes(what)).reduce((sum, use) => sum + tokensOf(use), 0);
const owned = z.object({ embedding: z.object({ tokens: z.number(), cost: z.number(), status: z.string() }) }).loose();
const linkShown = z.object({ usage: z.object({ tokens_used: z.number(), cost_used: z.number() }) });

let world: KnowledgeWorld;
beforeAll(async () => {
  world = await startKnowledgeWorld({ watch: watched, summaryEvery: 2 });
}, 60_000);
afterAll(() => world.close());

async function documentReady(id: unknown): Promise<z.output<typeof owned>> {
  return eventually(
    async () => {
      const document = owned.parse((await world.call("GET", `/api/agents/desk/knowledge/${id}`)).body);
      if (document.embedding.status !== "ready") throw new Error(document.embedding.status);
      return document;
    },
    { timeoutMs: 20_000 },
  );
}

/** A session of a link with a budget, of a person whose address is confirmed. */
async function openSession(agentId: string, linkId: string): Promise<string> {
  const { tenantId, bus } = world;
  const link = linkPolicy.parse({
    ...{ id: linkId, tenantId, agentId, agentName: "Desk", agentVersion: null, title: "L" },
    ...{ description: null, welcomeMessage: null, expiresAt: null, maxSessions: 100, sessionsUsed: 0 },
    ...{ maxMessagesPerSession: 100, sessionTimeoutMinutes: 30, rateLimitPerMinute: 100, maxMessageLength: 1000 },
    ...{ requireEmail: false, allowedDomains: [], branding: {}, friendlyErrors: true, chatIntent: null },
    ...{ systemPromptOverride: null, initialMessage: null },
  });
  const person = { participant: { email: "ada@example.com" }, participantVerified: true };
  const session = { tenantId, agentId, version: null, metadata: {}, replyTo: "test", link, ...person };
  return (await bus.call(createSession, session)).sessionId;
}

async function whole(sessionId: string): Promise<SessionTrace> {
  const { status, body } = await world.call("GET", `/api/sessions/${sessionId}/trace?limit=50`);
  expect(status).toBe(200);
  return sessionTrace.parse(body);
}

describe("what models were used for", () => {
  it("adds up: every token that a model counted is recorded once, for whoever pays for it", async () => {
    const { agentId } = await world.import("desk", DESK);
    const content = "# Prices\n\nAn MRI costs 400 euros.\n\n# Parking\n\nBehind the house.";
    const added = await world.call("POST", "/api/agents/desk/knowledge", { name: "prices.md", content });
    const document = await documentReady(added.body.id);
    expect(document.embedding.tokens).toBe(sumOf(["embed"]));
    const budget = { max_tokens: 1_000_000, max_cost: 5 };
    const { body: link } = await world.call("POST", "/api/agents/desk/public-links", { title: "L", budget });

    const sessionId = await openSession(agentId, String(link.id));
    const access = { type: "hmac" as const, tenantId: world.tenantId, sessionId };
    for (const text of ["What does an MRI cost?", "Where is the parking?", "And on Sundays?"])
      await world.say(sessionId, text);
    await world.bus.call(endSession, { access, reason: "owner" });
    await eventually(
      async () => {
        const { analysis } = await world.bus.call(getSessionAnalysis, { access });
        if (analysis?.status !== "done") throw new Error(`${analysis?.status}`);
        const { background } = await whole(sessionId);
        if (!background?.memory) throw new Error("not summarised yet");
      },
      { timeoutMs: 20_000 },
    );

    const { totals, background, turns } = await whole(sessionId);
    const [analysis, memory] = [background?.analysis?.usage, background?.memory?.usage];
    const both = [totals, analysis, memory].map((usage) => (usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
    // Nothing that was counted is missing, and nothing is there twice.
    expect(document.embedding.tokens + both.reduce((sum, tokens) => sum + tokens, 0)).toBe(
      log.reduce((sum, use) => sum + tokensOf(use), 0),
    );
    expect(both.every((tokens) => tokens > 0)).toBe(true);
    const questions = turns.flatMap(({ calls }) => calls.flatMap(({ retrieval }) => retrieval?.embedding ?? []));
    expect(questions).toHaveLength(3);
    expect(document.embedding.tokens + questions.reduce((sum, { usage }) => sum + usage.input_tokens, 0)).toBe(
      sumOf(["embed"]),
    );

    // The link pays for what its visitors cause while they talk, and for the questions about it; the owner for memory and documents.
    const { usage } = linkShown.parse((await world.call("GET", `/api/agents/desk/public-links/${link.id}`)).body);
    const [onLink, onAnalysis, onMemory] = both;
    expect(usage.tokens_used).toBe((onLink ?? 0) + (onAnalysis ?? 0));
    expect(usage.cost_used).toBeCloseTo((totals.cost ?? 0) + (analysis?.cost ?? 0), 12);
    const spent = log.reduce(
      (sum, { what, input, output }) => sum + (what === "embed" ? input : 2 * input + 4 * output) / 1_000_000,
      0,
    );
    expect(document.embedding.cost + usage.cost_used + (memory?.cost ?? 0)).toBeCloseTo(spent, 10);
    expect(onMemory).toBeGreaterThan(0);

    const lines = (await world.metrics.text())
      .split("\n")
      .filter((line) => line.startsWith("parley_recorded_tokens_total{"));
    const counted = lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
    expect(counted).toBe(log.reduce((sum, use) => sum + tokensOf(use), 0));
    const { rows } = await world.db.tenant(world.tenantId, (trx) =>
      sql<{ held: number }>`select count(*)::int as held from budget_reservations`.execute(trx),
    );
    expect(rows).toEqual([{ held: 0 }]);
  }, 60_000);

  it("shows an owner the usage of a test search in the knowledge base, and charges no link", async () => {
    const before = sumOf(["embed"]);
    const { body } = await world.call("POST", "/api/agents/desk/knowledge/search", {
      query: "MRI cost",
      mode: "vector",
    });
    expect(body.embedding).toMatchObject({ model: "vectors", input_tokens: sumOf(["embed"]) - before });
    expect(await world.metrics.text()).toContain('parley_recorded_tokens_total{purpose="search",direction="input"} 2');
  });
});
