import { AppError, createSession, endSession, linkPolicy, newId, type TurnState } from "@parley/contracts";
import {
  createPriceBook,
  createScriptedModel,
  type Model,
  ModelError,
  type ReplyRequest,
  replyInputBound,
} from "@parley/llm";
import { withPostgresClient } from "@parley/local-servers";
import { eventually } from "@parley/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSessionBudget } from "../src/runner/session-budget.js";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
let agentId: string;
beforeEach(async () => {
  h = await turnHarness();
});
afterEach(() => h.close());

const echo = createScriptedModel({ paceMs: 0, echo: true });

/** Answers at once, and says that every reply took ten tokens in and ten out. */
const TWENTY: Model = {
  ...echo,
  async reply(request, options) {
    lastAsked = request;
    return { ...(await echo.reply(request, options)), usage: { inputTokens: 10, outputTokens: 10 } };
  },
};
let lastAsked: ReplyRequest | null = null;

/** What a first message "hi" must be able to hold: the bound of its input, and sixteen tokens to answer with. */
async function least(): Promise<number> {
  await h.send(await session(await link(null)), "hi");
  if (lastAsked === null) throw new Error("not asked");
  return replyInputBound(lastAsked) + 16;
}

async function started(model: Model, config: { BUDGET_WAIT_MS?: number; LEASE_MS?: number } = {}): Promise<void> {
  await h.runner(model, config);
  agentId = await h.agent(ECHO);
}

async function budgetOf(linkId: string, budget: unknown): Promise<void> {
  await withPostgresClient(h.adminUrl, (owner) =>
    owner.query("select set_link_budget($1, $2, $3)", [linkId, h.tenantId, JSON.stringify(budget)]),
  );
}

/** A link with this budget (null = none). */
async function link(budget: unknown): Promise<string> {
  const id = newId();
  await withPostgresClient(h.adminUrl, (owner) =>
    owner.query(
      `insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, max_sessions, max_messages_per_session)
       values ($1, $2, $3, $4, '\\x00', 'x', 'L', 'test', 1000, 100)`,
      [id, h.tenantId, agentId, id.slice(-12)],
    ),
  );
  if (budget !== null) await budgetOf(id, budget);
  return id;
}

async function session(linkId: string): Promise<string> {
  const policy = linkPolicy.parse({
    ...{ id: linkId, tenantId: h.tenantId, agentId, agentName: "Echo", agentVersion: null, title: "L" },
    ...{ description: null, welcomeMessage: null, expiresAt: null, maxSessions: 1000, sessionsUsed: 0 },
    ...{ maxMessagesPerSession: 100, sessionTimeoutMinutes: 30, rateLimitPerMinute: 100, maxMessageLength: 1000 },
    ...{ requireEmail: false, allowedDomains: [], branding: {}, friendlyErrors: true, chatIntent: null },
    ...{ systemPromptOverride: null, initialMessage: null },
  });
  const made = await h.bus.call(createSession, {
    ...{ tenantId: h.tenantId, agentId, version: null, metadata: {}, participantVerified: false, replyTo: "test" },
    link: policy,
  });
  await h.settled(made.sessionId, made.turnId);
  return made.sessionId;
}

async function used(linkId: string): Promise<{ tokens: number; cost: number; live: number }> {
  return withPostgresClient(h.adminUrl, async (owner) => {
    const { rows } = await owner.query<{ tokens: number; cost: number; live: number }>(
      `select tokens_used::int as tokens, cost_used::float as cost, (select count(*)::int from budget_reservations r
         join text_conversations c on c.id = r.conversation_id where r.link_id = b.link_id and holds_budget(r, c)) as live
       from link_budgets b where link_id = $1`,
      [linkId],
    );
    if (!rows[0]) throw new Error("no budget");
    return rows[0];
  });
}

const saidLast = (request: ReplyRequest): string | undefined => request.messages.at(-1)?.content;

/** Resolves when the model was asked for its answer to this text. */
const heard = (asked: ReplyRequest[], text: string): Promise<void> =>
  eventually(async () => {
    if (!asked.some((request) => saidLast(request) === text)) throw new Error("not asked yet");
  });

/** A model that waits in its reply to "hold" until it is let go or aborted; `asked` holds what it was asked. */
function held(then: Model = TWENTY): { model: Model; asked: ReplyRequest[]; release(): void } {
  const asked: ReplyRequest[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const reply: Model["reply"] = async (request, options) => {
    asked.push(request);
    if (saidLast(request) !== "hold") return then.reply(request, options);
    options.onDelta?.("four");
    const aborted = new Promise((_, reject) =>
      options.signal.addEventListener("abort", () => reject(options.signal.reason), { once: true }),
    );
    await Promise.race([gate, aborted]);
    return then.reply(request, options);
  };
  return { model: { ...then, reply }, asked, release: () => release() };
}

/** A message may be refused when it is sent or fail as a turn. */
const refusal = (error: unknown): string => {
  if (error instanceof AppError) return error.code;
  throw error;
};

const statusOf = (turn: TurnState): string => (turn.status === "failed" ? turn.code : turn.status);

describe("a link with a token budget", () => {
  it("admits as many concurrent small turns as it has room for, and never exceeds its budget", async () => {
    await started(TWENTY, { BUDGET_WAIT_MS: 18_000 });
    const linkId = await link({ max_tokens: 11 * 20 + (await least()) });
    const sessions = await Promise.all(Array.from({ length: 12 }, () => session(linkId)));
    const turns = await Promise.all(sessions.map((id) => h.send(id, "hi")));
    expect(turns.map(statusOf)).toEqual(Array.from({ length: 12 }, () => "done"));
    expect(await used(linkId)).toEqual({ tokens: 240, cost: 0, live: 0 });
  }, 60_000);

  it("uses up its budget but never exceeds it when many messages ask for more than it has", async () => {
    await started(TWENTY, { BUDGET_WAIT_MS: 18_000 });
    const max_tokens = (await least()) + 300;
    const linkId = await link({ max_tokens });
    const sessions = await Promise.all(Array.from({ length: 5 }, () => session(linkId)));
    const outcomes: string[] = [];
    for (let round = 0; round < 12; round += 1) {
      outcomes.push(...(await Promise.all(sessions.map((id) => h.send(id, "hi").then(statusOf, refusal)))));
    }
    const done = outcomes.filter((outcome) => outcome === "done").length;
    expect(new Set(outcomes)).toEqual(new Set(["done", "budget_exhausted"]));
    const { tokens, live } = await used(linkId);
    expect(tokens).toBe(done * 20);
    expect(tokens).toBeLessThanOrEqual(max_tokens);
    expect(live).toBe(0);
  }, 90_000);

  it("limits the output of a call to what is left", async () => {
    const { model, asked } = held();
    await started(model);
    const narrow = await link({ max_tokens: (await least()) + 10 });
    await h.send(await session(narrow), "hi");
    expect(asked.map((request) => request.settings.max_tokens)).toEqual([150, 26]);
  });

  it("answers busy if others hold the rest for longer than a turn waits, refunds the message, and recovers", async () => {
    const { model, asked, release } = held();
    await started(model, { BUDGET_WAIT_MS: 300 });
    const linkId = await link({ max_tokens: (await least()) + 40 });
    const [first, second] = [await session(linkId), await session(linkId)];
    const slow = h.send(first, "hold");
    await heard(asked, "hold");
    expect(await h.send(second, "hi")).toMatchObject({ status: "failed", code: "budget_busy" });
    release();
    expect(statusOf(await slow)).toBe("done");
    expect(statusOf(await h.send(second, "hi"))).toBe("done");
    expect(await used(linkId)).toEqual({ tokens: 40, cost: 0, live: 0 });
  });

  it("applies a newly added budget to a running session from its next message", async () => {
    await started(TWENTY);
    const linkId = await link(null);
    const id = await session(linkId);
    expect(statusOf(await h.send(id, "hi"))).toBe("done");
    await budgetOf(linkId, { max_tokens: 10 });
    expect(await h.send(id, "hi")).toMatchObject({ status: "failed", code: "budget_exhausted" });
    await budgetOf(linkId, { max_tokens: 10, hard: false });
    expect(statusOf(await h.send(id, "hi"))).toBe("done");
    expect(await used(linkId)).toEqual({ tokens: 20, cost: 0, live: 0 });
    expect(statusOf(await h.send(id, "still"))).toBe("done");
  });
});

describe("a classification refused by the budget", () => {
  const TRIAGE = {
    agent: { name: "Triage" },
    workflow: {
      initial_node: "triage",
      nodes: [
        {
          id: "triage",
          name: "Triage",
          static_text: "How can I help?",
          intents: { buy: { description: "wants to buy", examples: ["I buy"] } },
          transitions: [
            { condition: "intent:buy", target: "sale" },
            { condition: "intent:no_match", target: "other" },
          ],
        },
        { id: "sale", name: "Sale", static_text: "Sold." },
        { id: "other", name: "Other", static_text: "Sorry, something else then." },
      ],
    },
  };

  it("fails the turn: the workflow does not continue as if nothing had matched", async () => {
    await started(TWENTY);
    agentId = await h.agent(TRIAGE);
    const linkId = await link({ max_tokens: 100 });
    const id = await session(linkId);
    expect(await h.send(id, "I buy")).toMatchObject({ status: "failed", code: "budget_exhausted" });
    await budgetOf(linkId, { max_tokens: 100_000 });
    const turn = await h.send(id, "I buy");
    expect(turn).toMatchObject({ status: "done", result: { node_id: "sale" } });
  });
});

describe("a turn on a budget", () => {
  const failing = (error: Error): Model => ({ ...echo, reply: () => Promise.reject(error) });
  const usage = { inputTokens: 30, outputTokens: 5 };
  it.each([
    ["what a broken call had used", new ModelError("model_unavailable", "cut", { afterFirstToken: true, usage }), 35],
    ["nothing when the provider refused", new ModelError("model_unavailable", "status_500"), 0],
  ])("is charged %s", async (_, error, tokens) => {
    await started(failing(error));
    const linkId = await link({ max_tokens: 10_000 });
    expect(await h.send(await session(linkId), "hi")).toMatchObject({ status: "failed", code: "model_unavailable" });
    expect(await used(linkId)).toEqual({ tokens, cost: 0, live: 0 });
  });

  it("is charged the whole reservation when the provider does not count", async () => {
    const uncounted: Model = {
      ...echo,
      async reply(request, options) {
        const answer = await echo.reply(request, options);
        return { ...answer, usage: { inputTokens: 1, outputTokens: 1, estimated: true } };
      },
    };
    await started(uncounted);
    const linkId = await link({ max_tokens: 10_000 });
    await h.send(await session(linkId), "hi");
    // 150 tokens of output, the default of an agent, and a bound of the input
    expect((await used(linkId)).tokens).toBeGreaterThan(150 + 50);
  });

  it("is charged an estimate when its session is ended in the middle of a call", async () => {
    const { model, asked } = held();
    await started(model, { LEASE_MS: 1_000 });
    const linkId = await link({ max_tokens: 10_000 });
    const id = await session(linkId);
    await h.accept(id, "hold");
    await heard(asked, "hold");
    await h.bus.call(endSession, { access: { type: "hmac", tenantId: h.tenantId, sessionId: id }, reason: "test" });
    const { tokens, live } = await eventually(
      async () => {
        const now = await used(linkId);
        if (now.tokens === 0) throw new Error("not counted yet");
        return now;
      },
      { timeoutMs: 10_000 },
    );
    expect(tokens).toBeLessThan(150);
    expect(live).toBe(0);
  });
});

describe("a link with a money budget", () => {
  const priced = (prices: Record<string, { input: number; output: number }>): Model => ({
    ...TWENTY,
    answeredBy: () => ["house-model"],
    reply: async (request, options) => ({ ...(await TWENTY.reply(request, options)), model: "house-model" }),
    prices: createPriceBook(prices),
  });

  it("charges the price of the model that answered, to the last fraction", async () => {
    await started(priced({ "house-model": { input: 0.15, output: 0.6 } }));
    const linkId = await link({ max_cost: 0.001 });
    const id = await session(linkId);
    for (const text of ["one", "two", "three"]) await h.send(id, text);
    expect((await used(linkId)).cost).toBe(0.0000225);
  });

  it("refuses a model without a price, but allows it when the budget is soft", async () => {
    await started(priced({}));
    const linkId = await link({ max_cost: 1 });
    const id = await session(linkId);
    expect(await h.send(id, "hi")).toMatchObject({ status: "failed", code: "budget_unpriced" });
    await budgetOf(linkId, { max_cost: 1, hard: false });
    expect(statusOf(await h.send(id, "hi"))).toBe("done");
  });
});

describe("a session without a budget", () => {
  it("uses the model directly: its calls make no database queries", async () => {
    await started(TWENTY);
    const refuse = (): never => {
      throw new Error("asked");
    };
    const lane = createSessionBudget(
      {
        ...{ model: TWENTY, config: { BUDGET_WAIT_MS: 0 } },
        budgets: { reserve: refuse, abandon: refuse, linkOf: refuse },
      },
      { tenantId: newId(), conversationId: newId(), fence: 1, linkId: null },
    );
    await lane.refresh();
    expect(lane.begin(1)).toBe(TWENTY);
    expect(lane.spent()).toEqual({});
    await lane.abandon();
  });
});
