import {
  createWebhook,
  endSession,
  getSessionAnalysis,
  listWebhookDeliveries,
  type Principal,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type ExtractRequest, type Model, ModelError } from "@parley/llm";
import { createLogger } from "@parley/observability";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDocumentRepository } from "../src/documents/document-repository.js";
import { createAnalysisRepository } from "../src/runner/analysis/analysis-repository.js";
import { checkAnswers } from "../src/runner/analysis/check-answers.js";
import { startAnalyses } from "../src/runner/analysis/start-analyses.js";
import { createBudgetRepository } from "../src/runner/repository/budgets.js";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

const ASKING = {
  ...ECHO,
  workflow: {
    ...ECHO.workflow,
    post_call_analysis: {
      enabled: true,
      additional_instructions: "Judge the last order only.",
      questions: [
        { name: "rating", description: "How many stars were given?", type: "number", required: true },
        { name: "mood", description: "The mood.", type: "enum", choices: ["Good", "Bad"], required: true },
        { name: "booked", description: "Was something booked?", type: "boolean" },
        { name: "topic", description: "What was it about?", type: "string" },
      ],
    },
    "x-scripted": { extract: { mood: "I feel (\\w+)", booked: "(yes|no), book" } },
  },
};

let h: TurnHarness;
let turns: { stop(): Promise<void> };
beforeAll(async () => {
  h = await turnHarness();
  turns = await h.runner(undefined, { POLL_INTERVAL_MS: 100 });
});
afterAll(() => h.close());

const access = (sessionId: string) => ({ type: "hmac" as const, tenantId: h.tenantId, sessionId });
const analysisOf = async (sessionId: string) =>
  (await h.bus.call(getSessionAnalysis, { access: access(sessionId) })).analysis;
const ended = (sessionId: string) =>
  eventually(
    async () => {
      const analysis = await analysisOf(sessionId);
      if (analysis === null || analysis.status === "pending") throw new Error("not yet");
      return analysis;
    },
    { timeoutMs: 20_000 },
  );
const end = (sessionId: string) => h.bus.call(endSession, { access: access(sessionId), reason: "owner" });
const factsOf = (sessionId: string) =>
  h.db.tenant(h.tenantId, async (trx) => {
    const { rows } =
      await sql`select id from outbox where subject = 'sessions.v1.event.analyzed' and key = ${sessionId}`.execute(trx);
    return rows.length;
  });

/** Workers of this test alone, with a model that it can watch and break. */
function workers(count: number, extract: (request: ExtractRequest, nth: number) => Promise<Record<string, unknown>>) {
  const asked: ExtractRequest[] = [];
  const scripted = createScriptedModel({ paceMs: 0 });
  const model: Model = {
    ...scripted,
    async extract(request) {
      asked.push(request);
      const values = await extract(request, asked.length);
      return { values, usage: { inputTokens: 7, outputTokens: 3 }, latencyMs: 1, model: "test" };
    },
  };
  const started = Array.from({ length: count }, () =>
    startAnalyses({
      model,
      analyses: createAnalysisRepository(h.db),
      budgets: createBudgetRepository(h.db),
      documents: createDocumentRepository(h.db, h.secrets),
      maxMessages: 50,
      logger: createLogger({ service: "test", level: "silent" }),
      metrics: h.metrics,
      pollMs: 20,
      retrySeconds: [0.02, 0.02],
      onDone: () => undefined,
    }),
  );
  return { asked, stop: () => Promise.all(started.map((one) => one.stop())) };
}

describe("an ended session", () => {
  it("is analysed by its version's questions: answers have the requested types, receivers get the event", async () => {
    const principal: Principal = { tenantId: h.tenantId, role: "owner", via: "token", id: "test" };
    const body = { url: "https://example.com/hook", events: ["session.analyzed" as const] };
    const { webhook } = await h.bus.call(createWebhook, { principal, body });
    const { sessionId } = await h.open(await h.agent(ASKING));
    await h.send(sessionId, "I feel GOOD, 4 stars");
    await h.send(sessionId, "yes, book it. goodbye");
    expect(await ended(sessionId)).toMatchObject({
      status: "done",
      answers: { rating: 4, mood: "Good", booked: true },
      unanswered: [],
      error_code: null,
    });
    expect(await factsOf(sessionId)).toBe(1);
    const { data } = await h.bus.call(listWebhookDeliveries, { principal, id: webhook.id, limit: 10 });
    expect(data).toMatchObject([{ type: "session.analyzed" }]);
  });

  it("is not analysed when nobody said anything or its version has no questions", async () => {
    const silent = await h.open(await h.agent(ASKING));
    await end(silent.sessionId);
    const plain = await h.open(await h.agent(ECHO));
    await h.send(plain.sessionId, "hello");
    await end(plain.sessionId);
    expect(await analysisOf(silent.sessionId)).toBeNull();
    expect(await analysisOf(plain.sessionId)).toBeNull();
  });
});

describe("a version with a sample rate for its analysis", () => {
  const sampled = (rate: number) => ({
    ...ASKING,
    workflow: {
      ...ASKING.workflow,
      post_call_analysis: { ...ASKING.workflow.post_call_analysis, sample_rate: rate },
    },
  });

  it.each([0, 0.5, 1])("has exactly the sampled sessions analysed at a rate of %d", async (rate) => {
    const agentId = await h.agent(sampled(rate));
    for (let n = 0; n < 4; n += 1) {
      const { sessionId } = await h.open(agentId);
      await h.send(sessionId, "hello");
      await end(sessionId);
      const { rows } = await h.db.tenant(h.tenantId, (trx) =>
        sql<{ drawn: boolean }>`select is_in_share(id, ${rate}) as drawn from text_conversations
          where session_id = ${sessionId}`.execute(trx),
      );
      expect([rate, (await analysisOf(sessionId)) !== null]).toEqual([rate, rows[0]?.drawn]);
    }
  });

  it("samples the same sessions every time, and a smaller sample is part of a larger one", async () => {
    const drawn = await h.db.query<{ none: number; few: number; some: number; all: number; strays: number }>(
      `select count(*) filter (where is_in_share(id, 0))::int as none, count(*) filter (where is_in_share(id, 0.1))::int as few,
          count(*) filter (where is_in_share(id, 0.25))::int as some, count(*) filter (where is_in_share(id, 1))::int as all,
          count(*) filter (where is_in_share(id, 0.1) and not is_in_share(id, 0.25))::int as strays
        from (select md5(n::text)::uuid as id from generate_series(1, 10000) n) ids`,
      [],
    );
    expect(drawn).toEqual([{ none: 0, few: 987, some: 2_546, all: 10_000, strays: 0 }]);
  });
});

describe("the analysis of a session", () => {
  beforeAll(() => turns.stop());
  /** A session that waits for its analysis; a runner only for its turns would take the analysis as well. */
  async function waiting(): Promise<string> {
    const runner = await h.runner(undefined, { POLL_INTERVAL_MS: 60_000 });
    const { sessionId } = await h.open(await h.agent(ASKING));
    await h.send(sessionId, "hello");
    await runner.stop();
    await end(sessionId);
    return sessionId;
  }
  const good = { rating: "5", mood: "bad", booked: "no", topic: "Tea" };

  it("is requested once and stored once with four workers", async () => {
    const sessionId = await waiting();
    const four = workers(4, async () => good);
    expect(await ended(sessionId)).toMatchObject({
      status: "done",
      answers: { rating: 5, mood: "Bad", booked: false, topic: "Tea" },
      model: "test",
    });
    await four.stop();
    expect(four.asked).toHaveLength(1);
    expect(four.asked[0]).toMatchObject({ instructions: "Judge the last order only." });
    expect(four.asked[0]?.messages.map(({ content }) => content)).toContain("hello");
    expect(await factsOf(sessionId)).toBe(1);
  });

  it("is discarded when its worker was overtaken by another one", async () => {
    const sessionId = await waiting();
    const analyses = createAnalysisRepository(h.db);
    const [frozen] = await analyses.claim(1, 0);
    const [next] = await analyses.claim(1, 60_000);
    if (!frozen || !next) throw new Error("nothing to claim");
    const use = { input_tokens: 1, output_tokens: 1, cost: 0, charged_tokens: 0, charged_cost: 0 };
    const result = { answers: { rating: 1 }, unanswered: [], model: "late", ...use };
    expect(await analyses.finish(frozen, result)).toBe(false);
    expect(await analyses.finish(next, { ...result, model: "first" })).toBe(true);
    expect(await analyses.finish(next, result)).toBe(false);
    expect(await analysisOf(sessionId)).toMatchObject({ model: "first" });
    expect(await factsOf(sessionId)).toBe(1);
  });

  it("is retried after a model failure, and given up after the last attempt", async () => {
    const once = await waiting();
    const flaky = workers(1, async (_request, nth) => {
      if (nth === 1) throw new ModelError("model_unavailable", "test");
      return good;
    });
    expect(await ended(once)).toMatchObject({ status: "done" });
    await flaky.stop();
    expect(flaky.asked).toHaveLength(2);

    const never = await waiting();
    const broken = workers(2, async () => {
      throw new ModelError("model_timeout", "test");
    });
    expect(await ended(never)).toMatchObject({ status: "failed", error_code: "model_timeout", answers: null });
    await broken.stop();
    expect(broken.asked).toHaveLength(3);
    expect(await factsOf(never)).toBe(0);
  });
});

describe("analysis answers", () => {
  const question = (type: "string" | "number" | "enum" | "boolean", more: object = {}) => [
    { name: "q", description: "?", type, ...more },
  ];
  it.each([
    ["number", "4 stars", 4],
    ["number", "3,5", 3.5],
    ["number", "4 of 5", null],
    ["number", true, null],
    ["boolean", true, true],
    ["boolean", "No", false],
    ["boolean", "perhaps", null],
    ["enum", " good ", "Good"],
    ["enum", "splendid", null],
    ["string", "  Tea ", "Tea"],
    ["string", { evil: 1 }, null],
  ] as const)("of type %s read %j as %j", (type, said, kept) => {
    const required = { choices: ["Good", "Bad"], required: true };
    expect(checkAnswers(question(type, required), { q: said })).toEqual({
      answers: { q: kept },
      unanswered: kept === null ? ["q"] : [],
    });
  });
});
