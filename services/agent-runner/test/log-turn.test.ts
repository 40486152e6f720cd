import { createLogger } from "@parley/observability";
import type { TurnRun } from "@parley/turns";
import { expect, it } from "vitest";
import { logTurn } from "../src/runner/log-turn.js";
import type { CommitItem } from "../src/runner/repository/commit-item.js";

const WORDS = "Ada Lovelace, 12 St James's Square";
const ids = { sessionId: "text_s", turnId: "t.2" };
const item: CommitItem = {
  ...{ tenant_id: "t", conversation_id: "c", fence: 1, seq: 2, kind: "message", lease_ms: 1, failed: null, dead: null },
  ...{
    user: { content: WORDS, client_message_id: null, files: null, created_at: "" },
    trace: WORDS,
    node_id: "address",
  },
  ...{ state: {}, node_name: null, node_changed: true, ended: false, turn_number: 1, messages: [], transitions: [] },
  ...{ notices: [], variables: {}, has_webhooks: false, finish_reason: "complete", result: "{}" },
};
const call = { node_id: "name", latency_ms: 120, model: "m", failed: null };
const run = {
  ...{ failed: null, warnings: [], logs: [], webhooks: [], escalation: null, timeout: null, variableNodes: {} },
  ...{ latencyMs: 200, usage: { input_tokens: 90, output_tokens: 12, cost: 1 }, stopped: false },
  state: { v: 1 },
  variables: { name: WORDS },
  event: { type: "message", seconds_in_node: null },
  calls: [
    {
      ...{ ...call, call_id: "1", type: "llm.extract", usage: { input_tokens: 60, output_tokens: 2, cost: 1 } },
      result: { type: "extraction", values: { name: WORDS, city: null } },
    },
    {
      ...{ ...call, call_id: "2", type: "llm.reply", usage: { input_tokens: 30, output_tokens: 10, cost: 0 } },
      result: { type: "reply", text: WORDS },
    },
  ],
  outcome: {
    response: WORDS,
    transitions: [
      { from_node: "name", from_node_name: "Name", to_node: "address", to_node_name: "Address", condition: WORDS },
    ],
  },
} as unknown as TurnRun;

function linesAt(level: "info" | "debug"): Record<string, unknown>[] {
  const lines: string[] = [];
  const logger = createLogger({ service: "test", level, destination: { write: (line) => lines.push(line) } });
  logTurn(logger, ids, { item, run, ms: 240.4 });
  expect(lines.join("")).not.toContain("Ada");
  return lines.map((line) => JSON.parse(line));
}

const committed = {
  ...{ msg: "turn.committed", level: "info", ...ids, kind: "message", failed: null, nodeId: "address" },
  ...{ ms: 240, transitions: 1, modelCalls: 2, modelMs: 200, inputTokens: 90, outputTokens: 12 },
};

it("logs a turn in one line at level info", () => {
  expect(linesAt("info")).toEqual([expect.objectContaining(committed)]);
});

it("logs each call, extraction and transition at level debug by ids, names and numbers, without text or values", () => {
  const debug = { level: "debug", ...ids };
  expect(linesAt("debug")).toEqual([
    expect.objectContaining(committed),
    expect.objectContaining({
      ...{ ...debug, msg: "turn.called", type: "llm.extract", nodeId: "name", model: "m", ms: 120 },
      ...{ inputTokens: 60, outputTokens: 2, failed: null },
    }),
    expect.objectContaining({ ...debug, msg: "turn.extracted", nodeId: "name", names: ["name"] }),
    expect.objectContaining({ ...debug, msg: "turn.called", type: "llm.reply", inputTokens: 30, outputTokens: 10 }),
    expect.objectContaining({ ...debug, msg: "turn.transition", from: "name", to: "address" }),
  ]);
});
