import { createServer } from "node:http";
import {
  agentTest,
  importAgent,
  newId,
  type Principal,
  replayVersion,
  sessionToTest,
  stopTurn,
  traceSession,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type Model, ModelError } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { validateDocument } from "@parley/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSuite } from "../src/agents/testing/run-suite.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const to = (...pairs: [string, string][]) => pairs.map(([condition, target]) => ({ condition, target }));

/** Fails where the visitor says `break`, hangs after a word where they say `endless`, else follows the script. */
function temperamental(): { model: Model; hanging(): number } {
  const scripted = createScriptedModel();
  let hanging = 0;
  const failing = (text: string): void => {
    if (text.includes("break")) throw new ModelError("model_unavailable", "the model is down");
  };
  return {
    hanging: () => hanging,
    model: {
      ...scripted,
      async reply(request, options) {
        const text = request.messages.at(-1)?.content ?? "";
        failing(text);
        if (!text.includes("endless")) return scripted.reply(request, options);
        options.onDelta?.("Well, ");
        hanging += 1;
        return new Promise<never>((_, reject) => {
          options.signal.addEventListener("abort", () => reject(options.signal.reason), { once: true });
        });
      },
      async classify(request, options) {
        failing(request.text);
        return scripted.classify(request, options);
      },
    },
  };
}

let h: TurnHarness;
const temper = temperamental();
let url = "";
let calls = 0;
const server = createServer((_request, response) => {
  calls += 1;
  response.writeHead(calls % 2 === 0 ? 404 : 200).end(JSON.stringify({ city: "Bern", n: calls }));
});
const principal = (): Principal => ({ tenantId: h.tenantId, role: "admin", via: "token", id: "test" });

beforeAll(async () => {
  h = await turnHarness();
  await h.runner(temper.model, { ALLOW_TEST_HOOKS: true, POLL_INTERVAL_MS: 100 });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  url = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await h.close();
});

/** Answers by the model, looks a city up by HTTP, goes to another agent when asked. */
const documentOf = (target: string) => ({
  agent: { name: "Records" },
  workflow: {
    initial_node: "talk",
    nodes: [
      {
        id: "talk",
        name: "Talk",
        system_prompt: "Answer.",
        intents: { look: { description: "Wants to look a place up", examples: ["where"] } },
        transitions: to(["contains:transfer", "over"], ["max_turns:9", "end"], ["intent:look", "look"]),
      },
      {
        id: "look",
        type: "api_call",
        api_call: { url, retry: { max_retries: 0 }, response_extraction: [{ path: "city", variable_name: "city" }] },
        transitions: to(["api_status:404", "none"], ["api_success", "found"], ["api_failed", "none"]),
      },
      { id: "found", proactive: true, static_text: "In {{city}}.", transitions: to(["always", "talk"]) },
      { id: "none", proactive: true, static_text: "Nowhere.", transitions: to(["always", "talk"]) },
      { id: "over", type: "agent_transfer", target_agent_id: target, transfer_message: "One moment." },
      { id: "end", type: "end_call", static_text: "Bye." },
    ],
    "x-scripted": { intents: { look: ["where"] }, replies: [{ text: "Yes: {{last_user_text}}" }] },
  },
});
const colleague = (words: string) => ({
  agent: { name: "Colleague" },
  workflow: {
    initial_node: "hello",
    nodes: [
      { id: "hello", proactive: true, static_text: words, transitions: to(["contains:bye", "gone"]) },
      { id: "gone", type: "end_call", static_text: "See you." },
    ],
  },
});

const replay = (agent: string, sessionId: string, version = 1) =>
  h.bus.call(replayVersion, { principal: principal(), agent, version, sessionIds: [sessionId], limit: 1 });

describe("records of turns", () => {
  it("answer HTTP calls too: a session replays identically without asking the other server", async () => {
    const agent = await h.agent(documentOf(newId()));
    const { sessionId } = await h.open(agent);
    for (const line of ["where is it?", "and where now?", "fine", "where, again"]) await h.send(sessionId, line);
    const asked = calls;
    expect(asked).toBeGreaterThanOrEqual(3);
    const report = await replay(agent, sessionId);
    expect(report.diverged).toEqual([]);
    expect([report.identical, calls]).toEqual([1, asked]);
  });

  it("reproduce a failed reply, a failed classification, and a reply that the visitor stopped", async () => {
    const agent = await h.agent(documentOf(newId()));
    const { sessionId } = await h.open(agent);
    expect(await h.send(sessionId, "break it")).toMatchObject({ status: "failed", code: "model_unavailable" });
    await h.send(sessionId, "go on");
    const { turnId } = await h.accept(sessionId, "an endless story");
    await eventually(async () => expect(temper.hanging()).toBe(1));
    const access = { type: "hmac" as const, tenantId: h.tenantId, sessionId };
    await h.bus.call(stopTurn, { access, turnId });
    expect(await h.settled(sessionId, turnId)).toMatchObject({ status: "done", result: { finish_reason: "stopped" } });
    await h.send(sessionId, "where");
    const report = await replay(agent, sessionId);
    expect(report.diverged).toEqual([]);
    expect(report).toMatchObject({ identical: 1, turns: 5 });
    const trace = await h.bus.call(traceSession, { access, after: 0, limit: 50 });
    expect(trace.turns.map(({ status, error, conditions_unknown }) => [status, error, conditions_unknown])).toEqual([
      ["done", null, false],
      ["failed", "model_unavailable", false],
      ["done", null, false],
      ["done", null, false],
      ["done", null, false],
    ]);
    const made = await h.bus.call(sessionToTest, { principal: principal(), sessionId });
    expect(made.notes).toEqual(["turn 2 failed and is left out", "turn 4 was stopped by the visitor and is left out"]);
  });

  it("follow a session to another agent, in the version that it was transferred to", async () => {
    const target = await h.agent(colleague("Here is your colleague."));
    const agent = await h.agent(documentOf(target));
    const { sessionId } = await h.open(agent);
    await h.send(sessionId, "hello");
    await h.send(sessionId, "transfer me");
    const newer = await h.bus.call(importAgent, {
      principal: principal(),
      agent: target,
      document: colleague("Somebody else."),
      dryRun: false,
      activate: true,
      notes: null,
    });
    expect(newer.version).toBe(2);
    expect(await h.send(sessionId, "bye")).toMatchObject({ result: { response: "See you.", session_ended: true } });
    const report = await replay(agent, sessionId);
    expect(report.diverged).toEqual([]);
    expect(report.identical).toBe(1);
    const made = await h.bus.call(sessionToTest, { principal: principal(), sessionId });
    expect(made.notes).toEqual(["ends with turn 3, where the session went to another agent"]);
    const { document } = validateDocument({ ...documentOf(target), tests: [made.test] });
    if (!document) throw new Error("the test is not valid");
    expect(await runSuite(document)).toMatchObject({ passed: true });
  });

  it("become tests that pass against the version of the session, whatever was said", async () => {
    const agent = await h.agent(documentOf(newId()));
    const pool = ["where is it", "call 0301234567", "me@home.example", "hm", "where?", "a story", "42", "where else"];
    const document = validateDocument(documentOf(newId())).document;
    if (!document) throw new Error("not valid");
    const tests = [];
    for (let n = 0; n < 8; n += 1) {
      const { sessionId } = await h.open(agent);
      for (let turn = 0; turn < 5; turn += 1) await h.send(sessionId, pool[(n * 3 + turn * 5) % pool.length] ?? "");
      const { test, notes } = await h.bus.call(sessionToTest, { principal: principal(), sessionId });
      expect(notes).toEqual([]);
      tests.push(test);
    }
    const checked = validateDocument({ ...document, tests });
    expect(checked.issues.filter(({ severity }) => severity === "error")).toEqual([]);
    if (!checked.document) throw new Error("the tests are not valid");
    const result = await runSuite(checked.document);
    expect(result.tests.flatMap(({ steps }) => steps.flatMap(({ reasons }) => reasons))).toEqual([]);
    expect(result.passed).toBe(true);
  });

  it("end a test at the turn that was judged wrong, with what should have been said there", async () => {
    const agent = await h.agent(documentOf(newId()));
    const { sessionId } = await h.open(agent);
    for (const line of ["good day", "where is it?", "thank you"]) await h.send(sessionId, line);
    const judge = (turn: number, expected: string | null) =>
      h.db.tenant(h.tenantId, (trx) =>
        sql`insert into session_reviews (conversation_id, tenant_id, verdict, turn_seq, expected, reviewer)
          select id, tenant_id, 'wrong', ${turn}, ${expected}, 'ada' from text_conversations where session_id = ${sessionId}
          on conflict (conversation_id) do update set turn_seq = excluded.turn_seq, expected = excluded.expected`.execute(
          trx,
        ),
      );
    const madeTest = async () => {
      const { test, notes } = await h.bus.call(sessionToTest, { principal: principal(), sessionId });
      return { test: agentTest.parse(test), notes };
    };
    const outcome = async (test: object) => {
      const { document } = validateDocument({ ...documentOf(newId()), tests: [test] });
      if (!document) throw new Error("the test is not valid");
      return (await runSuite(document)).tests[0];
    };
    // Words of the document: red until it says them.
    await judge(3, "In the town of");
    const looked = await madeTest();
    expect(looked.test.steps.map(({ say }) => say)).toEqual(["good day", "where is it?"]);
    expect(looked.test.steps.at(-1)?.expect).toEqual({ reply_contains: "In the town of" });
    expect(looked.notes).toEqual([]);
    const red = await outcome(looked.test);
    expect(red?.passed).toBe(false);
    expect(red?.steps.flatMap(({ reasons }) => reasons)).toEqual([expect.stringContaining('"In the town of"')]);
    // Words of a model: they take the place of those that it said.
    await judge(2, "Good morning, call 0301234567!");
    const spoken = await madeTest();
    expect(spoken.notes).toEqual([expect.stringContaining("a model spoke in turn 2")]);
    expect(JSON.stringify(spoken.test)).not.toContain("0301234567");
    expect(await outcome(spoken.test)).toMatchObject({ passed: true });
    await judge(2, null);
    const open = await madeTest();
    expect(open.test.steps).toMatchObject([{ say: "good day", expect: {} }]);
    expect(open.notes).toEqual([expect.stringContaining("turn 2 was found wrong")]);
  });
});
