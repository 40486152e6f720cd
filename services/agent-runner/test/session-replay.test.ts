import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type AppError, importAgent, type Principal, type Role, replaySession, tryAgent } from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type Model } from "@parley/llm";
import { validateDocument } from "@parley/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSuite } from "../src/agents/testing/run-suite.js";
import { runnerConfig } from "../src/index.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
let agent: string;
let outside: Server;
let called = 0;
let asked = 0;
let session: string;

function counting(): Model {
  const model = createScriptedModel();
  return {
    ...model,
    reply: async (request, options) => {
      asked += 1;
      return model.reply(request, options);
    },
  };
}

const port = (): number => (outside.address() as AddressInfo).port;

/** Looks somebody up and talks; leaves by `bye` or goes to another agent. */
const documentOf = ({ hook = "one", leave = "bye", path = "/people", target = "desk-agent" } = {}) => ({
  agent: { name: "Replayed" },
  workflow: {
    initial_node: "hello",
    nodes: [
      {
        id: "hello",
        proactive: true,
        static_text: "Hello.",
        transitions: [{ condition: "user_responded", target: "look" }],
      },
      {
        id: "look",
        type: "api_call",
        api_call: { url: `http://127.0.0.1:${port()}${path}` },
        transitions: [
          { condition: "api_success", target: "talk" },
          { condition: "api_failed", target: "end" },
        ],
      },
      {
        id: "talk",
        system_prompt: "Talk.",
        actions: { on_exit: [`webhook:https://example.com/${hook}`] },
        transitions: [
          { condition: `contains:${leave}`, target: "end" },
          { condition: "contains:desk", target: "transfer" },
        ],
      },
      { id: "transfer", type: "agent_transfer", target_agent_id: target },
      { id: "end", type: "end_call", static_text: "Bye." },
    ],
    "x-scripted": { replies: [{ node: "talk", text: "Yes: {{last_user_text}}" }] },
  },
});

const DESK = {
  agent: { name: "Desk agent" },
  workflow: {
    initial_node: "front",
    nodes: [
      {
        id: "front",
        proactive: true,
        static_text: "The desk.",
        transitions: [{ condition: "always", target: "counter" }],
      },
      { id: "counter", system_prompt: "Talk.", transitions: [{ condition: "contains:done", target: "out" }] },
      { id: "out", type: "end_call", static_text: "The desk says bye." },
    ],
    "x-scripted": { replies: [{ node: "counter", text: "Desk: {{last_user_text}}" }] },
  },
};

beforeAll(async () => {
  outside = createServer((_request, response) => {
    called += 1;
    response.end("{}");
  });
  await new Promise<void>((resolve) => outside.listen(0, "127.0.0.1", resolve));
  h = await turnHarness();
  await h.runner(counting(), runnerConfig.parse({ OUTBOUND_ALLOWED_CIDRS: "127.0.0.0/8" }));
  const desk = await h.agent(DESK);
  agent = await h.agent(documentOf({ target: desk }));
  session = (await h.open(agent)).sessionId;
  for (const line of ["hi", "a question", "bye"]) await h.send(session, line);
}, 60_000);
afterAll(async () => {
  await h.close();
  await new Promise((resolve) => outside.close(resolve));
});

const as = (role: Role): Principal => ({ tenantId: h.tenantId, role, via: "user", id: "ada" });
type Given = (typeof replaySession)["request"]["_input"]["given"];
const replay = (given: Given = {}, { role = "editor" as Role, sessionId = session } = {}) =>
  h.bus.call(replaySession, { principal: as(role), sessionId, given });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: AppError) => error.code,
  );

async function versionOf(document: unknown): Promise<number> {
  const options = { dryRun: false, activate: false, notes: null };
  return (await h.bus.call(importAgent, { principal: as("admin"), agent, document, ...options })).version ?? 0;
}

describe("a replay of one session", () => {
  it("calls the real model but no server, stores nothing, and finds no difference in the same version", async () => {
    const rows = () =>
      h.db.tenant(h.tenantId, async (trx) => {
        const counted = await sql<{ n: string }>`select (select count(*) from text_conversations) +
          (select count(*) from session_turns) + (select count(*) from webhook_deliveries) as n`.execute(trx);
        return counted.rows[0]?.n;
      });
    const before = [await rows(), called, asked] as const;
    const same = await replay({ version: 1 });
    expect(same).toMatchObject({ recorded_version: 1, version: 1, diverges_at: null, stopped: null, model_calls: 2 });
    expect(same.turns.map(({ input, replayed }) => [input, replayed?.nodes])).toEqual([
      ["", ["hello"]],
      ["hi", ["hello", "look", "talk"]],
      ["a question", ["talk"]],
      ["bye", ["talk", "end"]],
    ]);
    expect(same.turns.at(-1)?.recorded.actions).toEqual(["webhook: https://example.com/one"]);
    expect(await rows()).toBe(before[0]);
    expect([called - before[1], asked - before[2]]).toEqual([0, 2]);
  });

  it("marks the first turn whose path, reply or actions differ", async () => {
    const hooked = await replay({ document: JSON.stringify(documentOf({ hook: "two" })) });
    expect([hooked.version, hooked.diverges_at, hooked.turns.at(-1)?.differs]).toEqual([null, 4, ["actions"]]);
    expect(hooked.turns.at(-1)?.replayed?.actions).toEqual(["webhook: https://example.com/two"]);
    const left = await replay({ version: await versionOf(documentOf({ leave: "question" })) });
    expect([left.diverges_at, left.turns[2]?.differs]).toEqual([3, ["path", "reply", "actions", "ended"]]);
    expect(left.stopped).toEqual({ turn: 3, reason: "ended", detail: null });
    expect(left.turns[3]).toMatchObject({ replayed: null, differs: [] });
  });

  it("stops at an HTTP call that the recorded session did not make", async () => {
    const { sessionId } = await h.open(agent);
    await h.send(sessionId, "hi");
    const moved = documentOf();
    const [hello, look] = moved.workflow.nodes;
    if (hello && look) [hello.id, look.id] = ["hello", "find"];
    const document = JSON.parse(JSON.stringify(moved).replaceAll('"target":"look"', '"target":"find"'));
    const before = called;
    const stopped = await replay({ document }, { sessionId });
    expect(stopped).toMatchObject({ diverges_at: 2, stopped: { turn: 2, reason: "unanswered_call" } });
    expect(stopped.stopped?.detail).toMatch(/^find: GET http/);
    expect(called).toBe(before);
  });

  it("is restricted to editors, and to existing sessions and versions", async () => {
    expect(await codeOf(replay({}, { role: "operator" }))).toBe("forbidden");
    expect(await codeOf(replay({}, { sessionId: "text_nobody" }))).toBe("session_not_found");
    expect(await codeOf(replay({ version: 99 }))).toBe("version_not_found");
    expect(await codeOf(replay({ document: "agent: {" }))).toBe("invalid_document");
  });
});

describe("a transfer in a try", () => {
  const answers = [{ call: "api" as const, node: "look", status: 200, body: "{}" }];
  const steps = [{ say: "hi", answers }, { say: "the desk" }, { say: "and now?" }, { say: "done" }];

  it("continues with the active version of the other agent, and does not return to the first", async () => {
    const tried = await h.bus.call(tryAgent, {
      principal: as("editor"),
      agent,
      given: { steps, version: 1, api_calls: "ask" },
    });
    expect(tried.steps.map(({ node, agent: at }) => [node, at?.name ?? null])).toEqual([
      ["hello", null],
      ["talk", null],
      ["counter", "Desk agent"],
      ["counter", "Desk agent"],
      ["out", "Desk agent"],
    ]);
    expect(tried.steps[3]?.messages).toMatchObject([{ content: "Desk: and now?" }]);
    expect(tried.steps.at(-1)?.ended).toBe(true);
    // A test knows one document: it ends before the other agent.
    expect(tried.test.steps.map(({ say }) => say)).toEqual(["hi"]);
    const { document } = validateDocument({ ...documentOf(), tests: [tried.test] });
    if (!document) throw new Error("the document with the test is not valid");
    expect((await runSuite(document)).tests).toMatchObject([{ passed: true }]);
  });

  it("ends the conversation when the other agent does not exist", async () => {
    const document = documentOf({ target: "018f3a5e-7c1b-7d2e-8a4f-00000000dead" });
    const given = { steps: steps.slice(0, 2), document, api_calls: "ask" as const };
    const tried = await h.bus.call(tryAgent, { principal: as("editor"), agent, given });
    expect(tried.steps.at(-1)).toMatchObject({ ended: true, agent: null });
  });
});
