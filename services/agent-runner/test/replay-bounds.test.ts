import { validateDocument } from "@parley/workflow";
import { describe, expect, it } from "vitest";
import { replaySessions } from "../src/agents/replay/replay-sessions.js";
import type { RecordedSession, RecordedTurn } from "../src/agents/repository/recordings.js";
import { definitionOf } from "../src/agents/testing/run-suite.js";

const { document } = validateDocument({
  agent: { name: "Bounds" },
  workflow: {
    initial_node: "a",
    nodes: [
      { id: "a", proactive: true, static_text: "Hello", transitions: [{ condition: "contains:bye", target: "end" }] },
      { id: "end", type: "end_call" },
    ],
  },
});
if (!document) throw new Error("not valid");
const start = definitionOf(document);

const session = (n: number, turns = 1): RecordedSession => ({
  id: `id-${n}`,
  session_id: `text_${n}`,
  agent_id: "agent",
  agent_version: 1,
  status: "active",
  done_seq: turns,
  has_initial_message: false,
  participant: {},
  collected_data: {},
  purged: false,
});
const opening: RecordedTurn = {
  seq: 1,
  kind: "open",
  content: "",
  status: "done",
  error_code: null,
  result: {
    turn_id: "t.1",
    kind: "open",
    response: "Hello",
    messages: [{ node_id: "a", node_name: null, content: "Hello" }],
    node_id: "a",
    node_name: null,
    previous_node_id: "a",
    previous_node_name: null,
    transitions: [],
    extracted_variables: null,
    session_ended: false,
    turn_number: 0,
    latency_ms: 0,
    usage: { input_tokens: 0, output_tokens: 0, cost: 0 },
    remaining_messages: null,
  },
  trace: { event: { type: "session.opened", seconds_in_node: null }, calls: [] },
  created_at: "2026-11-21T12:00:00.000Z",
  done_at: "2026-11-21T12:00:01.000Z",
};
const base = { start, agentId: "agent", version: 1, load: async () => start };

describe("a replay of many sessions", () => {
  it("ends at its deadline and names every session that it did not reach", async () => {
    const sessions = Array.from({ length: 50 }, (_, n) => session(n));
    let read = 0;
    const report = await replaySessions(
      {
        ...base,
        turnsOf: async (ids) => {
          read += 1;
          return new Map(ids.map((id) => [id, [opening]]));
        },
        deadlineAt: performance.now() - 1,
      },
      sessions,
    );
    expect(report).toMatchObject({ replayed: 0, remaining: sessions.map(({ session_id }) => session_id) });
    expect(read).toBe(1);
  });

  it("never holds the records of more than 500 turns, unless one session has more", async () => {
    const sizes = [400, 100, 1, 2_000, 3, 499];
    const chunks: string[][] = [];
    const report = await replaySessions(
      {
        ...base,
        turnsOf: async (ids) => {
          chunks.push(ids);
          return new Map(ids.map((id) => [id, [opening]]));
        },
        deadlineAt: performance.now() + 60_000,
      },
      sizes.map((turns, n) => session(n, turns)),
    );
    expect(chunks).toEqual([["id-0", "id-1"], ["id-2"], ["id-3"], ["id-4"], ["id-5"]]);
    expect(report).toMatchObject({ replayed: 6, identical: 6, remaining: [] });
  });

  it("stops reporting divergences before the answer becomes too large, and names the remaining sessions", async () => {
    const { result } = opening;
    if (result === null) throw new Error("no result");
    const other = {
      ...opening,
      result: { ...result, messages: [{ node_id: "a", node_name: null, content: "x".repeat(5_000) }] },
    };
    const sessions = Array.from({ length: 500 }, (_, n) => session(n));
    const long = { ...other, result: { ...other.result, extracted_variables: { text: "y".repeat(3_000) } } };
    const report = await replaySessions(
      {
        ...base,
        turnsOf: async (ids) => new Map(ids.map((id) => [id, [long]])),
        deadlineAt: performance.now() + 60_000,
      },
      sessions,
    );
    expect(JSON.stringify(report).length).toBeLessThan(700_000);
    expect(report.replayed + report.remaining.length).toBe(500);
    expect(report.remaining.length).toBeGreaterThan(0);
  });
});
