import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AppError, type Principal, type Role, tryAgent } from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type Model } from "@parley/llm";
import { validateDocument } from "@parley/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSuite } from "../src/agents/testing/run-suite.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
let agent: string;
let outside: Server;
let called = 0;
let said: string[] = [];

/** Counts what is asked of it, and answers as the scripted model does. */
function listening(): Model {
  const model = createScriptedModel();
  return {
    ...model,
    reply: async (request, options) => {
      said.push(request.system);
      return model.reply(request, options);
    },
  };
}

const documentOf = (prompt = "Ask {{name}} for a day.") => ({
  agent: { name: "Tried" },
  workflow: {
    initial_node: "hello",
    nodes: [
      {
        id: "hello",
        proactive: true,
        static_text: "Your name?",
        transitions: [{ condition: "user_responded", target: "read" }],
      },
      {
        id: "read",
        type: "retrieve_variable",
        variables: [{ variable_name: "name", extraction_prompt: "The name" }],
        transitions: [{ condition: "always", target: "look" }],
      },
      {
        id: "look",
        type: "api_call",
        api_call: { url: `http://127.0.0.1:${(outside.address() as AddressInfo).port}/people` },
        transitions: [
          { condition: "api_success", target: "talk" },
          { condition: "api_failed", target: "bye" },
        ],
      },
      {
        id: "talk",
        system_prompt: prompt,
        actions: { on_exit: ["webhook:https://example.com/hook"] },
        transitions: [
          { condition: "contains:person", target: "desk" },
          { condition: "contains:bye", target: "bye" },
        ],
      },
      { id: "desk", type: "escalate", reason: "asked", transitions: [{ condition: "handed_back", target: "talk" }] },
      { id: "bye", type: "end_call", static_text: "Bye {{name}}." },
    ],
    "x-scripted": {
      extract: { name: "i am (\\w+)" },
      replies: [{ node: "talk", text: "Which day, {{name}}?" }],
      pace_ms: 5_000,
    },
  },
});

beforeAll(async () => {
  outside = createServer((_request, response) => {
    called += 1;
    response.end("{}");
  });
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
  h = await turnHarness();
  await h.runner(listening(), { ALLOW_TEST_HOOKS: true });
  agent = await h.agent(documentOf());
});
afterAll(async () => {
  await h.close();
  await new Promise((resolve) => outside.close(resolve));
});

const as = (role: Role): Principal => ({ tenantId: h.tenantId, role, via: "user", id: "ada" });
type Given = (typeof tryAgent)["request"]["_input"]["given"];
const attempt = (given: Partial<Given>, role: Role = "editor") =>
  h.bus.call(tryAgent, { principal: as(role), agent, given: { steps: [], api_calls: "ask", ...given } });
const found = { call: "api" as const, node: "look", status: 200, body: "{}" };
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: AppError) => error.code,
  );

describe("a try", () => {
  it("reports node, path, variables and calls of each step, and waits before a call to a server", async () => {
    const opened = await attempt({});
    expect(opened).toMatchObject({ version: 1, steps: [{ step: 0, status: "done", node: "hello" }] });
    expect(opened.steps[0]?.messages).toMatchObject([{ content: "Your name?" }]);

    const first = await attempt({ steps: [{ say: "i am Ada" }] });
    expect(first.steps[1]).toMatchObject({
      ...{ status: "waiting", node: "look", variables: { name: "Ada" }, asked: 1 },
      waits_for: { node: "look", method: "GET" },
    });
    const answers = [...(first.steps[1]?.answers ?? []), found];
    const second = await attempt({ steps: [{ say: "i am Ada", answers }] });
    expect(second.steps[1]).toMatchObject({
      ...{ status: "done", node: "talk", asked: 1, waits_for: null },
      messages: [{ node_id: "talk", content: "Which day, Ada?" }],
      trace: { nodes: ["hello", "read", "look", "talk"], variables: { name: "Ada" } },
    });
    expect(second.steps[1]?.trace?.calls.map(({ type }) => type)).toEqual(["llm.extract", "api.call", "llm.reply"]);
    expect(second.steps[1]?.trace?.conditions).toContainEqual(
      expect.objectContaining({ node_id: "look", condition: "api_success", verdict: "yes" }),
    );
    expect(second.usage.output_tokens).toBeGreaterThan(0);
    expect(called).toBe(0);
  });

  it("repeats no call that already has an answer, and makes every call of an unsaved document", async () => {
    const steps = [{ say: "i am Ada", answers: [found] }];
    const first = await attempt({ steps, document: JSON.stringify(documentOf("Be brief.")) });
    expect(first.version).toBeNull();
    expect(said.at(-1)).toContain("Be brief.");
    said = [];
    const answers = first.steps[1]?.answers ?? [];
    const second = await attempt({ steps: [{ say: "i am Ada", answers }, { say: "bye" }], version: 1 });
    expect(second.steps.map(({ asked }) => asked)).toEqual([0, 0, 0]);
    expect(second.steps.at(-1)).toMatchObject({
      ...{ node: "bye", ended: true, messages: [{ content: "Bye Ada." }] },
      not_done: [{ kind: "webhook", detail: "https://example.com/hook" }],
    });
    expect(said).toEqual([]);
  });

  it("makes HTTP calls only when told to", async () => {
    const before = called;
    const made = await attempt({ steps: [{ say: "i am Ada" }], api_calls: "make" });
    expect(made.steps[1]).toMatchObject({ status: "done", node: "talk" });
    expect(called).toBe(before + 1);
    expect(made.steps[1]?.answers).toContainEqual({ call: "api", node: "look", status: 200, body: "{}" });
  });

  it("is silent while a human would have the session, opens no escalation and stores no row", async () => {
    const rows = () =>
      h.db.tenant(h.tenantId, async (trx) => {
        const counted = await sql<{ n: string }>`select (select count(*) from text_conversations) +
          (select count(*) from escalations) + (select count(*) from agent_drafts) +
          (select count(*) from agent_versions) as n`.execute(trx);
        return counted.rows[0]?.n;
      });
    const before = await rows();
    const opening = { say: "i am Ada", answers: [found] };
    const { steps } = await attempt({
      steps: [opening, { say: "a person" }, { say: "hello?" }, { event: "hand_back" }, { say: "back?" }],
    });
    expect(steps[2]).toMatchObject({
      human: true,
      not_done: expect.arrayContaining([{ kind: "escalation", detail: "asked" }]),
    });
    expect(steps[3]).toMatchObject({ human: true, messages: [] });
    expect(steps[4]).toMatchObject({ human: false, node: "talk" });
    expect(steps[5]).toMatchObject({ human: false, messages: [{ content: "Which day, Ada?" }] });
    expect(await rows()).toBe(before);
  });

  it("becomes a test that passes against the same document, and fails against one that behaves otherwise", async () => {
    const { test } = await attempt({ steps: [{ say: "i am Ada", answers: [found] }, { say: "bye" }] });
    expect(test.name).toBe("tried: i am Ada");
    const { document, issues } = validateDocument({ ...documentOf(), tests: [test] });
    expect(issues.filter(({ severity }) => severity === "error")).toEqual([]);
    if (!document) throw new Error("the document with the test is not valid");
    expect((await runSuite(document)).tests).toMatchObject([{ passed: true }]);
    const other = structuredClone(document);
    const bye = other.workflow.nodes.find(({ id }) => id === "bye");
    if (bye?.type === "end_call") bye.static_text = "Farewell.";
    expect((await runSuite(other)).tests).toMatchObject([{ passed: false }]);
  });

  it("is restricted to those who may edit the agent, and refuses unknown versions and invalid documents", async () => {
    expect(await refusal(attempt({}, "operator"))).toBe("forbidden");
    expect(await refusal(attempt({ version: 99 }))).toBe("version_not_found");
    expect(await refusal(attempt({ document: "agent: {" }))).toBe("invalid_document");
    expect(await refusal(attempt({ document: { agent: { name: "x" } } }))).toBe("invalid_document");
  });
});
