import {
  assignEscalation,
  closeEscalation,
  escalateSession,
  listEscalations,
  type Principal,
  replayVersion,
  sessionToTest,
} from "@parley/contracts";
import { createScriptedModel } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { validateDocument } from "@parley/workflow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runSuite } from "../src/agents/testing/run-suite.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const SUPPORT = {
  agent: { name: "Support" },
  workflow: {
    initial_node: "talk",
    nodes: [
      { id: "talk", system_prompt: "Echo.", transitions: [{ condition: "contains:person", target: "human" }] },
      {
        id: "human",
        type: "escalate",
        reason: "asked for a person",
        static_text: "One moment.",
        transitions: [{ condition: "handed_back", target: "after" }],
      },
      {
        id: "after",
        proactive: true,
        static_text: "I am back.",
        transitions: [{ condition: "contains:bye", target: "end" }],
      },
      { id: "end", type: "end_call" },
    ],
  },
};

let h: TurnHarness;
let agentId: string;
beforeAll(async () => {
  h = await turnHarness();
  await h.runner(createScriptedModel({ paceMs: 0 }), { POLL_INTERVAL_MS: 100 });
  agentId = await h.agent(SUPPORT);
});
afterAll(() => h.close());

const principal = (): Principal => ({ tenantId: h.tenantId, role: "admin", via: "token", id: "olga" });
const take = async (sessionId: string): Promise<string> => {
  const { data } = await h.bus.call(listEscalations, { principal: principal(), sessionId, limit: 5 });
  const id = data.at(-1)?.id ?? "";
  const more = { operator: "olga", name: null, transfer: false };
  await h.bus.call(assignEscalation, { principal: principal(), id, ...more });
  return id;
};
const close = (id: string, how: "resolve" | "hand_back") => {
  const more = { operator: "olga", how, summary: "It is solved.", endSession: false };
  return h.bus.call(closeEscalation, { principal: principal(), id, ...more });
};

/** Replays the same and becomes a test that passes. */
async function expectRepeatable(sessionId: string): Promise<void> {
  const report = await h.bus.call(replayVersion, {
    principal: principal(),
    agent: agentId,
    version: 1,
    sessionIds: [sessionId],
    limit: 1,
  });
  expect(report.diverged).toEqual([]);
  expect(report.identical).toBe(1);
  const { test, notes } = await h.bus.call(sessionToTest, { principal: principal(), sessionId });
  expect(notes).toEqual([]);
  const { document, issues } = validateDocument({ ...SUPPORT, tests: [test] });
  if (!document) throw new Error(JSON.stringify(issues));
  expect(await runSuite(document)).toMatchObject({ passed: true });
}

describe("sessions in which a human spoke", () => {
  it("replay identically and become tests: requested human, silent agent, hand-back", async () => {
    const { sessionId } = await h.open(agentId);
    await h.send(sessionId, "a person please");
    const id = await take(sessionId);
    expect(await h.send(sessionId, "are you there?")).toMatchObject({ result: { response: "" } });
    await close(id, "hand_back");
    await eventually(async () => expect(await h.history(sessionId)).toContain("assistant: I am back."), {
      timeoutMs: 20_000,
    });
    expect(await h.send(sessionId, "bye")).toMatchObject({ result: { session_ended: true } });
    await expectRepeatable(sessionId);
  });

  it("replay identically and become tests: escalated at any node, resolved without a hand-back", async () => {
    const { sessionId } = await h.open(agentId);
    await h.send(sessionId, "hello");
    const access = { type: "hmac" as const, tenantId: h.tenantId, sessionId };
    await h.bus.call(escalateSession, { access, source: "api", reason: "vip", metadata: {} });
    const id = await take(sessionId);
    expect(await h.send(sessionId, "are you a person?")).toMatchObject({ result: { response: "" } });
    await close(id, "resolve");
    expect(await h.send(sessionId, "and now?")).toMatchObject({ result: { node_id: "talk" } });
    await expectRepeatable(sessionId);
  });
});
