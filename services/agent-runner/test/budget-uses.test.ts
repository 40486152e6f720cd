import { AppError, endSession, getSessionAnalysis, retrieve, type TurnState, traceSession } from "@parley/contracts";
import {
  createPriceBook,
  createScriptedEmbedder,
  createScriptedModel,
  type ExtractRequest,
  embedInputBound,
  type Model,
} from "@parley/llm";
import { withPostgresClient } from "@parley/local-servers";
import { createLogger } from "@parley/observability";
import { eventually } from "@parley/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDocumentRepository } from "../src/documents/document-repository.js";
import { createAnalysisRepository } from "../src/runner/analysis/analysis-repository.js";
import { startAnalyses } from "../src/runner/analysis/start-analyses.js";
import { createBudgetRepository } from "../src/runner/repository/budgets.js";
import { crashingRunner } from "./crashing-runner.js";
import { budgetLink, charged, linkedSession } from "./linked-session.js";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

const READING = { ...ECHO, workflow: { ...ECHO.workflow, rag: { search_mode: "hybrid", top_k: 1 } } };
const ASKING = {
  ...ECHO,
  workflow: {
    ...ECHO.workflow,
    post_call_analysis: {
      enabled: true,
      questions: [{ name: "topic", description: "What was it about?", type: "string" }],
    },
  },
};
const PRICES = createPriceBook({ scripted: { input: 1, output: 1 }, vectors: { input: 100, output: 0 } });

let h: TurnHarness;
beforeEach(async () => {
  h = await turnHarness();
});
afterEach(() => h.close());

const statusOf = (turn: TurnState): string => (turn.status === "failed" ? turn.code : turn.status);
const access = (sessionId: string) => ({ type: "hmac" as const, tenantId: h.tenantId, sessionId });
const trace = async (sessionId: string) => h.bus.call(traceSession, { access: access(sessionId), after: 0, limit: 50 });

/** Replies take ten tokens in and ten out; vectors are the memory service's to make, under a name of their own. */
function model(more: Partial<Model> = {}): Model {
  const scripted = createScriptedModel({ paceMs: 0 });
  return {
    ...scripted,
    prices: PRICES,
    embedder: { ...createScriptedEmbedder(), name: "vectors" },
    async reply(request, options) {
      return { ...(await scripted.reply(request, options)), usage: { inputTokens: 10, outputTokens: 10 } };
    },
    ...more,
  };
}

type Asked = Parameters<Parameters<typeof h.bus.serve<typeof retrieve.request, typeof retrieve.response>>[1]>[0];
type Embedding = { model: string; input_tokens: number; estimated: boolean; cost: number | null };

/** Answers for the memory service: what the vector of each question took, as far as one was allowed. */
function knowledge(took: (nth: number) => Embedding | Promise<never>): Asked[] {
  const asked: Asked[] = [];
  h.bus.serve(retrieve, async (input) => {
    asked.push(input);
    const { text: _, ...passage } = { document: "a.md", revision: 1, n: 3, heading: "", text: "", score: 0.5 };
    const place = { document_id: h.tenantId, fts: null, vector: null };
    return {
      search_mode: input.embed === null ? ("fts" as const) : ("hybrid" as const),
      passages: [{ ...passage, ...place, text: "The codeword is walrus." }],
      warning: input.embed === null ? ("vectors_unavailable" as const) : null,
      embedding: input.embed === null ? null : await took(asked.length),
    };
  });
  return asked;
}
const SEVEN: Embedding = { model: "vectors", input_tokens: 7, estimated: false, cost: 0.0007 };

/** An agent, by a runner that is gone again: a process of its own takes a while to start. */
async function imported(document: unknown): Promise<string> {
  const runner = await h.runner(model());
  const agentId = await h.agent(document);
  await runner.stop();
  return agentId;
}

describe("the embedding of a question", () => {
  it("reserves budget first, and its usage counts on the link, in the turn's usage and in the trace", async () => {
    const asked = knowledge(() => SEVEN);
    await h.runner(model());
    const agentId = await h.agent(READING);
    const linkId = await budgetLink(h, agentId, { max_tokens: 10_000, max_cost: 1 });
    const id = await linkedSession(h, agentId, linkId);
    const turn = await h.send(id, "codeword?");
    expect(asked).toMatchObject([{ embed: { model: "vectors" } }]);
    expect(turn).toMatchObject({ status: "done", result: { usage: { input_tokens: 17, output_tokens: 10 } } });
    expect(await charged(h, linkId)).toEqual({ tokens: 27, cost: 0.00072, live: 0 });
    const { turns, totals } = await trace(id);
    expect(turns.at(-1)?.calls[0]?.retrieval).toMatchObject({
      search_mode: "hybrid",
      passages: [{ document: "a.md", revision: 1, n: 3, score: 0.5 }],
      embedding: { model: "vectors", usage: { input_tokens: 7, output_tokens: 0, cost: 0.0007 } },
    });
    expect(JSON.stringify(turns.at(-1)?.calls[0]?.retrieval)).not.toContain("walrus");
    expect(totals).toMatchObject({ input_tokens: 17, output_tokens: 10 });
  });

  it("is charged even when the answer that it was for fails or is refused", async () => {
    knowledge(() => SEVEN);
    await h.runner(model({ reply: () => Promise.reject(new Error("broken")) }), { TURN_MAX_TRIES: 1 });
    const agentId = await h.agent(READING);
    const room = embedInputBound("codeword?");
    const linkId = await budgetLink(h, agentId, { max_tokens: room });
    const id = await linkedSession(h, agentId, linkId);
    expect(statusOf(await h.send(id, "codeword?"))).toBe("budget_exhausted");
    expect(await charged(h, linkId)).toMatchObject({ tokens: 7, live: 0 });
    expect((await trace(id)).turns.at(-1)).toMatchObject({ status: "failed", usage: { input_tokens: 7 } });
  });

  it.each([
    ["no room in the budget", { max_tokens: 5 }],
    ["no price", { max_cost: 1 }],
  ])("is not computed with %s: text search is used instead", async (_, budget) => {
    const asked = knowledge(() => SEVEN);
    const prices = createPriceBook({ scripted: { input: 1, output: 1 } });
    await h.runner(model({ prices }));
    const agentId = await h.agent(READING);
    const linkId = await budgetLink(h, agentId, budget);
    const id = await linkedSession(h, agentId, linkId);
    const turn = await h.send(id, "codeword?");
    expect(asked).toMatchObject([{ embed: null }]);
    expect(statusOf(turn)).toBe("max_cost" in budget ? "done" : "budget_exhausted");
    expect((await trace(id)).turns.at(-1)?.warnings).toMatchObject([{ code: "retrieval_without_vectors" }]);
  });

  it("is charged an estimate without a usage report, and the whole reservation if usage was not counted", async () => {
    let how: "silent" | "uncounted" = "silent";
    knowledge(() =>
      how === "silent" ? Promise.reject(new AppError("internal")) : ({ ...SEVEN, estimated: true } as never),
    );
    await h.runner(model());
    const agentId = await h.agent(READING);
    const linkId = await budgetLink(h, agentId, { max_tokens: 100_000 });
    const id = await linkedSession(h, agentId, linkId);
    const question = "What is the codeword of the house?";
    expect(statusOf(await h.send(id, question))).toBe("done");
    const silent = (await charged(h, linkId)).tokens;
    expect(silent).toBe(20 + Math.ceil(question.length / 4));
    how = "uncounted";
    expect(statusOf(await h.send(id, question))).toBe("done");
    expect((await charged(h, linkId)).tokens - silent).toBe(20 + embedInputBound(question));
  });

  it("costs nothing when there is no service to compute it", async () => {
    await h.runner(model());
    const agentId = await h.agent(READING);
    const linkId = await budgetLink(h, agentId, { max_tokens: 10_000 });
    const id = await linkedSession(h, agentId, linkId);
    expect(statusOf(await h.send(id, "codeword?"))).toBe("done");
    expect(await charged(h, linkId)).toMatchObject({ tokens: 20, live: 0 });
  });

  it("is charged once when the runner is killed between the embedding and the commit", async () => {
    const asked = knowledge(() => SEVEN);
    const agentId = await imported(READING);
    const dying = crashingRunner(h, "retrieved", { EMBEDDING_MODEL: "scripted" });
    try {
      const linkId = await budgetLink(h, agentId, { max_tokens: 10_000 });
      const id = await linkedSession(h, agentId, linkId);
      const { turnId } = await h.accept(id, "codeword?");
      expect(await dying.ended).toBe("SIGKILL");
      await h.runner(model(), { LEASE_MS: 1_000, POLL_INTERVAL_MS: 100 });
      expect(statusOf(await h.settled(id, turnId))).toBe("done");
      expect(asked).toHaveLength(2);
      expect(await charged(h, linkId)).toMatchObject({ tokens: 27, live: 0 });
    } finally {
      dying.kill();
    }
  }, 120_000);
});

describe("the analysis of an ended session", () => {
  const analysisOf = (sessionId: string) =>
    eventually(
      async () => {
        const { analysis } = await h.bus.call(getSessionAnalysis, { access: access(sessionId) });
        if (analysis === null || analysis.status === "pending") throw new Error("not yet");
        return analysis;
      },
      { timeoutMs: 20_000 },
    );
  const end = (sessionId: string) => h.bus.call(endSession, { access: access(sessionId), reason: "owner" });
  const asked: ExtractRequest[] = [];
  const extracting = (used: { inputTokens: number; outputTokens: number }): Model =>
    model({
      async extract(request) {
        asked.push(request);
        return { values: { topic: "tea" }, usage: used, latencyMs: 1, model: "scripted" };
      },
    });
  beforeEach(() => {
    asked.length = 0;
  });

  it("reserves budget before its call, and its usage counts on the link, on the session and in the trace", async () => {
    await h.runner(extracting({ inputTokens: 30, outputTokens: 5 }), { POLL_INTERVAL_MS: 100 });
    const agentId = await h.agent(ASKING);
    const linkId = await budgetLink(h, agentId, { max_tokens: 10_000, max_cost: 1 });
    const id = await linkedSession(h, agentId, linkId);
    await h.send(id, "tea please");
    await end(id);
    const usage = { input_tokens: 30, output_tokens: 5, cost: 0.000035 };
    expect(await analysisOf(id)).toMatchObject({ status: "done", answers: { topic: "tea" }, usage });
    expect(await charged(h, linkId)).toEqual({ tokens: 55, cost: 0.000055, live: 0 });
    expect((await trace(id)).background).toMatchObject({ analysis: { status: "done", usage }, memory: null });
  });

  it("is skipped with a reason, without asking the model, when the link's budget has no room for it", async () => {
    await h.runner(extracting({ inputTokens: 30, outputTokens: 5 }), { POLL_INTERVAL_MS: 100 });
    const agentId = await h.agent(ASKING);
    const linkId = await budgetLink(h, agentId, { max_tokens: 100_000 });
    const id = await linkedSession(h, agentId, linkId);
    await h.send(id, "tea please");
    await withPostgresClient(h.adminUrl, (owner) =>
      owner.query("select set_link_budget($1, $2, $3)", [linkId, h.tenantId, '{"max_tokens": 60}']),
    );
    await end(id);
    expect(await analysisOf(id)).toMatchObject({
      ...{ status: "skipped", error_code: "budget_exhausted", answers: null },
      usage: { input_tokens: 0, output_tokens: 0, cost: 0 },
    });
    expect(asked).toEqual([]);
    expect(await charged(h, linkId)).toMatchObject({ tokens: 20, live: 0 });
  });

  it("never exceeds the budget when many sessions end at once", async () => {
    const hungry = extracting({ inputTokens: 400, outputTokens: 100 });
    // Its own look at analyses comes too late for this test: those of below come first.
    await h.runner(hungry, { POLL_INTERVAL_MS: 60_000 });
    const agentId = await h.agent(ASKING);
    const linkId = await budgetLink(h, agentId, { max_tokens: 100_000 });
    const sessions: string[] = [];
    for (let n = 0; n < 6; n += 1) sessions.push(await linkedSession(h, agentId, linkId));
    await Promise.all(sessions.map((id) => h.send(id, "tea please")));
    // Room for three by what they take, for fewer at once by what they may take.
    const max_tokens = 6 * 20 + 1_700;
    await withPostgresClient(h.adminUrl, (owner) =>
      owner.query("select set_link_budget($1, $2, $3)", [linkId, h.tenantId, JSON.stringify({ max_tokens })]),
    );
    await Promise.all(sessions.map((id) => end(id)));
    const workers = startAnalyses({
      ...{
        model: hungry,
        analyses: createAnalysisRepository(h.db),
        documents: createDocumentRepository(h.db, h.secrets),
        maxMessages: 50,
      },
      ...{ budgets: createBudgetRepository(h.db), metrics: h.metrics, pollMs: 20, onDone: () => undefined },
      ...{ logger: createLogger({ service: "test", level: "silent" }), retrySeconds: new Array(9).fill(0.05) },
    });
    const outcomes = await Promise.all(sessions.map((id) => analysisOf(id)));
    await workers.stop();
    const done = outcomes.filter(({ status }) => status === "done").length;
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["done", "skipped"]));
    expect(asked).toHaveLength(done);
    const { tokens, live } = await charged(h, linkId);
    expect(tokens).toBe(6 * 20 + done * 500);
    expect(tokens).toBeLessThanOrEqual(max_tokens);
    expect(live).toBe(0);
  }, 60_000);

  it("is charged once when its runner is killed between receiving and recording the answer", async () => {
    const agentId = await imported(ASKING);
    const dying = crashingRunner(h, "analysed");
    try {
      const linkId = await budgetLink(h, agentId, { max_tokens: 100_000 });
      const id = await linkedSession(h, agentId, linkId);
      await h.send(id, "tea please");
      const before = (await charged(h, linkId)).tokens;
      await end(id);
      expect(await dying.ended).toBe("SIGKILL");
      // What the dead one holds counts until somebody else takes over.
      expect(await charged(h, linkId)).toMatchObject({ tokens: before, live: 1 });
      await withPostgresClient(h.adminUrl, (owner) =>
        owner.query("update session_analyses set next_attempt_at = clock_timestamp()"),
      );
      await h.runner(extracting({ inputTokens: 30, outputTokens: 5 }), { POLL_INTERVAL_MS: 100 });
      expect(await analysisOf(id)).toMatchObject({ status: "done", usage: { input_tokens: 30, output_tokens: 5 } });
      expect(asked).toHaveLength(1);
      expect(await charged(h, linkId)).toMatchObject({ tokens: before + 35, live: 0 });
    } finally {
      dying.kill();
    }
  }, 120_000);
});
