import type { FakeApi, Handler } from "./fake-contract.js";
import { AGENT_ID, DOCUMENT_ID, type Row } from "./rows.js";

const usage = { input_tokens: 1_200, output_tokens: 34, cost: 0.0021 };
const call = (row: Row): Row => ({
  ...{ call_id: "1", type: "llm.reply", node_id: "greet", latency_ms: 1_240, model: "gpt-4o-mini" },
  ...{ usage, result: { type: "reply", text: "Hello" }, failed: null },
  ...row,
});

const passage = (n: number): Row => ({ document_id: DOCUMENT_ID, document: "prices.md", revision: 1, n, score: 0.5 });

/** A turn that asked two models and an API, as the API tells it. */
export const tracedRow = (turn: number, row: Row): Row => ({
  ...{ turn_id: `c.${turn}`, turn, kind: "message", status: "done", error: null, input: "Hi", response: "Hello" },
  nodes: ["greet", "look_up_the_price"],
  transitions: [],
  conditions: [
    {
      node_id: "greet",
      condition: "contains:price",
      target: "look_up_the_price",
      verdict: "yes",
      inputs: { text: "Hi" },
    },
    { node_id: "greet", condition: "intent:complaint", target: "human", verdict: "ask", inputs: { intent: null } },
    { node_id: "greet", condition: "max_turns:3", target: "bye", verdict: "no", inputs: { node_turns: 1 } },
  ],
  calls: [
    call({ call_id: "0", type: "llm.classify", latency_ms: 310 }),
    call({
      ...{ call_id: "1", type: "api.call", node_id: "look_up_the_price", model: null, usage: null },
      ...{ failed: "api_timeout", http: { method: "GET", status: null, bytes: 0, attempts: 3 } },
    }),
    call({ call_id: "2", retrieval: { search_mode: "words", latency_ms: 4, passages: [passage(0), passage(1)] } }),
  ],
  variables: { visitor_name: "<b>Ada</b>" },
  warnings: [{ code: "x", message: "The variable plan is not set." }],
  logs: [],
  latency: { total_ms: 3_250, model_ms: 1_550, api_ms: 1_240, other_ms: 460 },
  usage,
  conditions_unknown: false,
  created_at: "2026-11-21T10:00:00.000Z",
  done_at: "2026-11-21T10:00:03.250Z",
  ...row,
});

const MESSAGES = [
  { role: "system", content: "You greet <b>people</b>." },
  { role: "user", content: "Hi" },
];

/** The first call that asked a model can be told; those behind it cannot. */
function withPrompts(turn: Row): Row {
  const calls = Array.isArray(turn.calls) ? (turn.calls as Row[]) : [];
  return {
    ...turn,
    calls: calls.map((call, at) => ({
      ...call,
      prompt: at === 0 ? { messages: MESSAGES, left_out: 0, same: true } : null,
    })),
  };
}

const side = (row: Row): Row => ({
  ...{ nodes: ["greet"], messages: ["Hello"], variables: {}, actions: [], ended: false, error: null },
  ...row,
});

/** The second turn goes another way; the third is not reached. */
const REPLAYED = [
  { turn: 1, kind: "open", input: "", recorded: side({}), replayed: side({}), differs: [] },
  {
    ...{ turn: 2, kind: "message", input: "<b>Hi</b>", recorded: side({ actions: ["webhook: https://x.example"] }) },
    replayed: side({ nodes: ["greet", "bye"], messages: ["Goodbye"], ended: true }),
    differs: ["path", "reply", "actions", "ended"],
  },
  { turn: 3, kind: "message", input: "Still there?", recorded: side({}), replayed: null, differs: [] },
];

/** The trace of a session: `api.traced` page by page, the cursor being the number of the last turn that was told. */
export function traceRoutesOf(api: FakeApi): Record<string, Handler> {
  return {
    "POST /sessions/:/replay": ({ parts, body: { version } }) => {
      const replayed = { session_id: parts[0], recorded_version: 2, version: version ?? null, turns: REPLAYED };
      const stopped = { turn: 2, reason: "ended", detail: null };
      return [200, { ...replayed, diverges_at: 2, stopped, model_calls: 1, usage }];
    },
    "GET /sessions/:/trace": ({ parts, query }) => {
      const after = Number(query.get("cursor") ?? 0);
      const waiting = api.traced.filter(({ turn }) => Number(turn) > after);
      const asked = waiting.slice(0, Number(query.get("limit")));
      const turns = query.get("prompts") === "true" ? asked.map(withPrompts) : asked;
      const next_cursor = waiting.length > turns.length ? String(turns.at(-1)?.turn) : null;
      const analysis = { status: "completed", error: null, model: "gpt-4o-mini", usage: { ...usage, cost: null } };
      const totals = { turns: turns.length, model_calls: 0, api_calls: 0, model_ms: 0, api_ms: 0, ...usage };
      const of = { session_id: parts[0], conversation_id: AGENT_ID, agent_id: AGENT_ID, version: 2, status: "active" };
      return [200, { ...of, turns, totals, background: { analysis, memory: null }, next_cursor }];
    },
  };
}
