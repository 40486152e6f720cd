import {
  acceptMessage,
  importAgent,
  type Principal,
  replayVersion,
  type SessionTrace,
  sessionToTest,
  testVersion,
  traceSession,
} from "@parley/contracts";
import { createScriptedModel, type Model } from "@parley/llm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

/** Sessions that the done-when of replays speaks of. */
const MANY = 500;
const AT_ONCE = 25;

/** Asks for a name, answers with the model, leaves by words. `leaveWord` is the one condition that other versions change. */
const documentOf = (leaveWord = "goodbye", farewell = "Bye {{first_name}}.") => ({
  agent: { name: "Replayed" },
  workflow: {
    initial_node: "hello",
    nodes: [
      {
        id: "hello",
        name: "Hello",
        static_text: "Your name?",
        proactive: true,
        transitions: [{ condition: "user_responded", target: "read" }],
      },
      {
        id: "read",
        type: "retrieve_variable",
        variables: [{ variable_name: "first_name", extraction_prompt: "The first name" }],
        transitions: [{ condition: "always", target: "talk" }],
      },
      {
        id: "talk",
        system_prompt: "Answer.",
        intents: { billing: { description: "Asks about a bill" } },
        transitions: [
          { condition: `contains:${leaveWord}`, target: "end" },
          { condition: "intent:billing", target: "billing" },
        ],
      },
      {
        id: "billing",
        static_text: "Bills are sent monthly.",
        proactive: true,
        transitions: [{ condition: "always", target: "talk" }],
      },
      { id: "end", type: "end_call", static_text: farewell },
    ],
    "x-scripted": {
      extract: { first_name: "my name is (\\w+)" },
      intents: { billing: ["bill", "invoice"] },
      replies: [{ node: "talk", text: "You said {{last_user_text}}, {{first_name}}." }],
    },
  },
});

/** Counts every call that reaches it. */
function counting(model: Model): Model & { calls: number } {
  const counted: Model & { calls: number } = {
    ...model,
    calls: 0,
    reply: (...call) => {
      counted.calls += 1;
      return model.reply(...call);
    },
    extract: (...call) => {
      counted.calls += 1;
      return model.extract(...call);
    },
    classify: (...call) => {
      counted.calls += 1;
      return model.classify(...call);
    },
  };
  return counted;
}

let harness: TurnHarness;
let model: ReturnType<typeof counting>;
let agentId: string;
const principal = (): Principal => ({ tenantId: harness.tenantId, role: "admin", via: "token", id: "test" });
/** Conversations by session: what was said to the agent. */
const said = new Map<string, string[]>();

beforeAll(async () => {
  harness = await turnHarness();
  model = counting(createScriptedModel());
  await harness.runner(model);
  agentId = await harness.agent(documentOf());
  const lines = (index: number): string[] => {
    const name = `my name is Person${index}`;
    if (index % 5 === 0) return [name, "goodbye"];
    if (index % 5 === 1) return [name, "a question about my bill", "thanks"];
    return [name, `how are you ${index}`];
  };
  const converse = async (index: number): Promise<void> => {
    const { sessionId } = await harness.open(agentId);
    said.set(sessionId, lines(index));
    for (const line of lines(index)) await harness.send(sessionId, line);
  };
  for (let at = 0; at < MANY; at += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => converse(at + index)));
  }
}, 240_000);
afterAll(() => harness.close());

async function versionOf(document: unknown): Promise<number> {
  const made = await harness.bus.call(importAgent, {
    principal: principal(),
    agent: agentId,
    document,
    dryRun: false,
    activate: false,
    notes: null,
  });
  return made.version ?? 0;
}

const replay = (version: number, more: { sessionIds?: string[]; limit?: number } = {}) =>
  harness.bus.call(replayVersion, { principal: principal(), agent: agentId, version, limit: MANY, ...more });

describe("replay", () => {
  it("reproduces transitions, variables and replies of 500 recorded sessions without a single model call", async () => {
    const before = model.calls;
    const report = await replay(1);
    expect(report).toMatchObject({ replayed: MANY, identical: MANY, diverged: [], remaining: [], model_calls: 0 });
    expect(report.turns).toBe([...said.values()].reduce((sum, lines) => sum + lines.length + 1, 0));
    expect(report.recorded_calls).toBeGreaterThan(MANY);
    expect(model.calls).toBe(before);
  });

  it("reports exactly the sessions that one changed condition affects, each with its first divergence", async () => {
    const report = await replay(await versionOf(documentOf("farewell")));
    const affected = [...said].filter(([, lines]) => lines.includes("goodbye")).map(([id]) => id);
    expect(affected.length).toBe(MANY / 5);
    expect(report.diverged.map(({ session_id }) => session_id).sort()).toEqual(affected.sort());
    expect(report.identical).toBe(MANY - affected.length);
    for (const { kind, turn, expected } of report.diverged) {
      expect([kind, turn, expected]).toEqual(["missing_call", 3, expect.anything()]);
    }
  });

  it("reports a changed text as a reply divergence, and ignores a reworded condition of the same outcome", async () => {
    const worded = await replay(await versionOf(documentOf("bye")));
    expect(worded).toMatchObject({ identical: MANY, diverged: [] });
    const text = await replay(await versionOf(documentOf("goodbye", "So long.")));
    expect(text.diverged).toHaveLength(MANY / 5);
    const [first] = text.diverged;
    expect(first).toMatchObject({ kind: "reply", turn: 3, got: ["So long."] });
  });

  it("replays the requested sessions, and names those it does not know", async () => {
    const [one = ""] = said.keys();
    const report = await replay(1, { sessionIds: [one, "text_nobody", one] });
    expect(report).toMatchObject({ replayed: 1, identical: 1, unknown: ["text_nobody"] });
  });

  it("replays failed turns as failures, and running sessions up to where they are", async () => {
    const broken = await harness.agent({
      ...documentOf(),
      workflow: { ...documentOf().workflow, llm: { max_tokens: 10 } },
    });
    const { sessionId } = await harness.open(broken);
    await harness.send(sessionId, "my name is Ann");
    const access = { type: "hmac" as const, tenantId: harness.tenantId, sessionId };
    await harness.bus.call(acceptMessage, { access, content: "still waits", clientMessageId: null, replyTo: "test" });
    const report = await harness.bus.call(replayVersion, {
      principal: principal(),
      agent: broken,
      version: 1,
      limit: 5,
    });
    expect(report).toMatchObject({ replayed: 1, identical: 1 });
  });
});

describe("the trace of a session", () => {
  const traceOf = (sessionId: string, page: { after?: number; limit?: number } = {}): Promise<SessionTrace> => {
    const access = { type: "hmac" as const, tenantId: harness.tenantId, sessionId };
    return harness.bus.call(traceSession, { access, after: 0, limit: 50, ...page });
  };

  it("shows nodes, conditions with their inputs, calls, time and cost", async () => {
    const [sessionId = ""] = [...said].find(([, lines]) => lines.includes("thanks")) ?? [];
    const trace = await traceOf(sessionId);
    const [opening, named, billed] = trace.turns;
    expect(opening).toMatchObject({ kind: "open", nodes: ["hello"], conditions: [], response: "Your name?" });
    expect(named?.nodes).toEqual(["hello", "read", "talk"]);
    expect(named?.conditions.map(({ condition, verdict }) => [condition, verdict])).toEqual([
      ["user_responded", "yes"],
      ["always", "yes"],
    ]);
    expect(named?.calls.map(({ type }) => type)).toEqual(["llm.extract", "llm.reply"]);
    expect(billed?.conditions[0]).toEqual({
      node_id: "talk",
      condition: "contains:goodbye",
      target: "end",
      verdict: "no",
      inputs: { text: "a question about my bill" },
    });
    expect(billed?.conditions.at(-2)).toMatchObject({
      condition: "intent:billing",
      verdict: "yes",
      inputs: { intent: "billing" },
    });
    expect(trace.totals).toMatchObject({ turns: 4, api_calls: 0 });
    expect(trace.totals.model_calls).toBe(trace.turns.flatMap(({ calls }) => calls).length);
    expect(trace.totals.input_tokens).toBeGreaterThan(0);
    for (const { latency } of trace.turns) expect(latency.total_ms).toBeGreaterThanOrEqual(latency.model_ms);
  });

  it("is paginated", async () => {
    const [sessionId = ""] = [...said].find(([, lines]) => lines.includes("thanks")) ?? [];
    const first = await traceOf(sessionId, { limit: 3 });
    expect(first.next_cursor).toBe("3");
    const second = await traceOf(sessionId, { after: 3 });
    expect([second.turns.map(({ turn }) => turn), second.next_cursor]).toEqual([[4], null]);
  });
});

describe("a test made from a session", () => {
  it("passes against the version it comes from and contains nothing that identifies the person", async () => {
    const { sessionId } = await harness.open(agentId, { participant: { email: "magda.kowalska@example.org" } });
    const lines = [
      "my name is Magda",
      "mail me at Magda.Kowalska@example.org or call +49 170 1234567 about the bill",
      "card 4111-1111-1111-1111, thanks, Magda",
      "goodbye",
    ];
    for (const line of lines) await harness.send(sessionId, line);
    const made = await harness.bus.call(sessionToTest, { principal: principal(), sessionId });
    expect(made).toMatchObject({ agent: agentId, version: 1, notes: [] });
    const text = JSON.stringify(made.test);
    expect(text).not.toMatch(/magda|kowalska|example\.org|1234567|4111/i);
    expect(text).toContain("person1@example.com");
    const document = { ...documentOf(), agent: { name: "Replayed", require_tests: true }, tests: [made.test] };
    const version = await versionOf(document);
    const before = model.calls;
    const { result } = await harness.bus.call(testVersion, { principal: principal(), agent: agentId, version });
    expect(result.tests.flatMap(({ steps }) => steps.flatMap(({ reasons }) => reasons))).toEqual([]);
    expect(result.passed).toBe(true);
    expect(result.tests[0]?.steps.map(({ got }) => got?.path)).toEqual([
      ["hello"],
      ["read", "talk"],
      ["billing", "talk"],
      [],
      ["end"],
    ]);
    expect(model.calls).toBe(before);
  });
});
