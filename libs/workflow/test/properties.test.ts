import type { AgentDocument } from "@parley/contracts";
import {
  type CallEffect,
  type CallResult,
  type CompiledWorkflow,
  compile,
  type Effect,
  type EngineEvent,
  type EngineState,
  initialState,
  step,
  validateDocument,
} from "@parley/workflow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isCall, type Node } from "./session.js";

fc.configureGlobal({ seed: Number(process.env.PARLEY_TEST_SEED) });

const IDS = ["n0", "n1", "n2", "n3", "n4"];
const WORDS = ["yes", "no", "x", "bye"];
const id = fc.constantFrom(...IDS, "end");
const condition = fc.constantFrom(
  "always",
  "user_responded",
  "contains:yes",
  "max_turns:2",
  "timeout:10s",
  "variables_extracted:v,w",
  "extraction_failed:v",
  "variable_equals:w=1",
);
const transitionOf = (own: fc.Arbitrary<string>) =>
  fc.record({ condition: own, target: id, priority: fc.integer({ min: -2, max: 2 }) });
const actions = fc.record({
  on_entry: fc.subarray(["set:w=1", "log:{{v}}", "webhook:https://x.example/{{v}}", "hangup"], { maxLength: 2 }),
  on_exit: fc.subarray(["set:v=out", "log:variables"], { maxLength: 1 }),
});

/** A node of any kind; `hangup` is rare enough not to end every session at once. */
function nodeArbitrary(own: string): fc.Arbitrary<Node> {
  const shared = { id: fc.constant(own), actions };
  const intents = fc.constant<Record<string, { description: string }>>({
    i: { description: "i" },
    j: { description: "j" },
  });
  const standard = fc.record({
    ...shared,
    proactive: fc.boolean(),
    system_prompt: fc.constant("P {{v}}"),
    intents,
    transitions: fc.array(
      transitionOf(fc.oneof(condition, fc.constantFrom("intent:i", "intent:j", "intent:no_match"))),
      { maxLength: 4 },
    ),
  });
  const fixed = fc.record({
    ...shared,
    proactive: fc.boolean(),
    static_text: fc.constantFrom("Hello {{w}}", "two\nlines"),
    transitions: fc.array(transitionOf(condition), { maxLength: 3 }),
  });
  const retrieve = fc.record({
    ...shared,
    type: fc.constant("retrieve_variable" as const),
    variables: fc.constant<{ variable_name: string; extraction_prompt: string; default_value?: number }[]>([
      { variable_name: "v", extraction_prompt: "v" },
      { variable_name: "w", extraction_prompt: "w", default_value: 0 },
    ]),
    transitions: fc.array(transitionOf(condition), { maxLength: 3 }),
  });
  const escalate = fc.record({
    ...shared,
    type: fc.constant("escalate" as const),
    reason: fc.constant("because {{v}}"),
    transitions: fc.array(transitionOf(fc.oneof(condition, fc.constant("handed_back"))), { maxLength: 2 }),
  });
  const api = fc.record({
    ...shared,
    type: fc.constant("api_call" as const),
    static_text: fc.constantFrom("", "One moment {{v}}"),
    api_call: fc.constant<Extract<Node, { type: "api_call" }>["api_call"]>({
      url: "https://x.example/{{v}}",
      method: "POST" as const,
      body: { "{{v}}": ["{{v}}", 1, null] },
      response_extraction: [
        { path: "a[0].b", variable_name: "v", default_value: 0 },
        { path: "$", variable_name: "w" },
      ],
    }),
    transitions: fc.array(
      transitionOf(
        fc.oneof(
          condition,
          fc.constantFrom("api_success", "api_failed", "api_status:404", "api_response_contains:fine"),
        ),
      ),
      { maxLength: 3 },
    ),
  });
  const transfer = fc.record({
    ...shared,
    type: fc.constant("agent_transfer" as const),
    target_agent_id: fc.constantFrom("self", "self", "nobody"),
    transfer_context: fc.boolean(),
    transfer_message: fc.constantFrom("", "Over to {{v}}"),
  });
  return fc.oneof(
    { weight: 2, arbitrary: api },
    transfer,
    { weight: 4, arbitrary: standard },
    { weight: 3, arbitrary: fixed },
    { weight: 2, arbitrary: retrieve },
    escalate,
  );
}

const documentArbitrary: fc.Arbitrary<AgentDocument> = fc
  .record({
    nodes: fc.tuple(...IDS.map(nodeArbitrary)),
    end: fc.constantFrom<Node>({ id: "end", type: "end_call" }, { id: "end", type: "end_call", system_prompt: "Bye" }),
    maxTransitions: fc.integer({ min: 1, max: 12 }),
    global: fc.boolean(),
  })
  .map(({ nodes, end, maxTransitions, global }) => ({
    agent: { name: "Random" },
    workflow: {
      initial_node: "n0",
      nodes: [...nodes, end],
      max_transitions: maxTransitions,
      ...(global
        ? { global_intents: { g: { description: "g", target_node: "n1", excluded_from_nodes: ["n2"] } } }
        : {}),
    },
  }));

const eventArbitrary: fc.Arbitrary<EngineEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("user.message" as const),
      text: fc.constantFrom(...WORDS, " "),
      secondsInNode: fc.integer({ min: 0, max: 20 }),
    }),
  },
  fc.record({ type: fc.constant("timer.fired" as const), secondsInNode: fc.integer({ min: 0, max: 20 }) }),
  fc.constant({ type: "handed_back" as const, summary: "s" }),
);

/** What a model may answer, sense or nonsense; indexes the call's own kind. */
const answerArbitrary = fc.record({
  fails: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  text: fc.constantFrom("", " ", "fine", "a\nb"),
  values: fc
    .dictionary(fc.constantFrom("v", "w", "other"), fc.jsonValue({ noUnicodeString: false, maxDepth: 1 }))
    .map((values) => JSON.parse(JSON.stringify(values))),
  status: fc.constantFrom(200, 204, 404, 500),
  body: fc.oneof(
    fc.constantFrom("", "fine", '{"a":[{"b":-0}]}', '{"a":[{"b":"\\u0000x"}]}', "[".repeat(200)),
    fc.json(),
  ),
  intent: fc.constantFrom(null, "g", "i", "j", "nonsense"),
  confidence: fc.constantFrom(0, 0.5, 0.8, 1, 7, -1),
});
type RandomAnswer = typeof answerArbitrary extends fc.Arbitrary<infer T> ? T : never;

/** A transfer to `self` begins the same document again. */
function resultOf(workflow: CompiledWorkflow, call: CallEffect, answer: RandomAnswer): EngineEvent {
  if (answer.fails || (call.type === "agent.load" && call.targetAgentId !== "self"))
    return { type: "call.failed", callId: call.callId, code: "model_unavailable" };
  const results: Record<CallEffect["type"], CallResult> = {
    "llm.reply": { type: "reply", text: answer.text },
    "llm.extract": { type: "extraction", values: answer.values },
    "llm.classify": { type: "classification", matches: { intent: answer.intent, confidence: answer.confidence } },
    "api.call": { type: "api", status: answer.status, body: answer.body },
    "agent.load": { type: "agent", agentId: "self", version: 2, workflow },
  };
  return { type: "call.done", callId: call.callId, result: results[call.type] };
}

function freeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

interface Log {
  effects: Effect[];
  states: EngineState[];
}

/** Plays events with random answers. Inputs are frozen (a mutation throws); `pass` stands for storing and reading a state. */
function play(
  document: AgentDocument,
  events: EngineEvent[],
  answers: RandomAnswer[],
  pass: (state: EngineState) => EngineState,
): Log {
  const workflow = compile(freeze(document));
  const log: Log = { effects: [], states: [] };
  let state = freeze(initialState(workflow));
  let asked = 0;
  for (const first of [{ type: "session.opened" } as const, ...events]) {
    const before = state;
    let event: EngineEvent | null = first;
    for (let steps = 0; event; steps += 1) {
      // Each node of a chain costs at most an extraction or a classification and an answer; one more for global intents.
      // Transfers, three at most, begin the count again.
      expect(steps).toBeLessThanOrEqual(4 * 2 * (workflow.maxTransitions + 3));
      const result = step(workflow, freeze(pass(state)), freeze(event));
      checkStep(result.effects);
      state = result.state;
      log.effects.push(...result.effects);
      log.states.push(state);
      expect(state.transitionCount).toBeLessThanOrEqual(workflow.maxTransitions);
      const last = result.effects.at(-1);
      const call = last && isCall(last) ? last : null;
      event = call ? resultOf(workflow, call, answers[asked++ % answers.length] ?? answers[0] ?? fail()) : null;
      expect(state.turn === null).toBe(call === null);
      expect(state.transfers ?? 0).toBeLessThanOrEqual(3);
      if (last?.type === "turn.failed") state = before;
    }
  }
  return log;
}

function fail(): never {
  throw new Error("no answers given");
}

/** Exactly one ending, and it comes last. */
function checkStep(effects: Effect[]): void {
  const endings = effects.filter(
    (effect) => isCall(effect) || effect.type === "turn.done" || effect.type === "turn.failed",
  );
  expect(endings).toHaveLength(1);
  expect(effects.at(-1)).toBe(endings[0]);
}

const conversation = fc.tuple(
  documentArbitrary,
  fc.array(eventArbitrary, { maxLength: 8 }),
  fc.array(answerArbitrary, { minLength: 1, maxLength: 6 }),
);
const same = (state: EngineState) => state;
const stored = (state: EngineState): EngineState => JSON.parse(JSON.stringify(state));

describe("for any workflow, events and model answers the engine", () => {
  it("ends every turn within a bound, never passes max_transitions, never changes its inputs", () => {
    fc.assert(
      fc.property(conversation, ([document, events, answers]) => void play(document, events, answers, same)),
      { numRuns: 300 },
    );
  });

  it("gives the same effects again", () => {
    fc.assert(
      fc.property(conversation, ([document, events, answers]) => {
        expect(play(document, events, answers, same)).toEqual(play(structuredClone(document), events, answers, same));
      }),
      { numRuns: 100 },
    );
  });

  it("continues identically from a state stored as JSON after every step", () => {
    fc.assert(
      fc.property(conversation, ([document, events, answers]) => {
        const straight = play(document, events, answers, same);
        expect(play(document, events, answers, stored)).toStrictEqual(straight);
        expect(straight.states.map(stored)).toStrictEqual(straight.states);
      }),
      { numRuns: 150 },
    );
  });

  it("speaks the parts that the outcome lists, in order", () => {
    fc.assert(
      fc.property(conversation, ([document, events, answers]) => {
        let spoken: { node_id: string; content: string }[] = [];
        for (const effect of play(document, events, answers, same).effects) {
          if (effect.type === "speak") {
            expect(effect.partIndex).toBe(spoken.length);
            spoken.push({ node_id: effect.nodeId, content: effect.text });
          } else if (effect.type === "turn.done") {
            expect(effect.outcome.messages).toMatchObject(spoken);
            expect(effect.outcome.silent).toBe(spoken.length === 0);
          }
          if (effect.type === "turn.done" || effect.type === "turn.failed") spoken = [];
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("validation", () => {
  it("returns exactly the given document (import → export is the identity)", () => {
    fc.assert(
      fc.property(documentArbitrary, (document) => {
        const before = JSON.stringify(document);
        const checked = validateDocument(freeze(document));
        expect(checked.valid).toBe(true);
        expect(JSON.stringify(checked.document)).toBe(before);
        expect(JSON.stringify(compile(document).document)).toBe(before);
      }),
      { numRuns: 100 },
    );
  });

  it("answers any JSON with issues, never with an exception", () => {
    const hostile = fc.record({
      agent: fc.jsonValue(),
      workflow: fc.record({ initial_node: fc.jsonValue(), nodes: fc.array(fc.jsonValue()) }),
    });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), hostile), (input) => {
        const { valid, issues } = validateDocument(input);
        expect(valid).toBe(issues.every(({ severity }) => severity !== "error"));
      }),
      { numRuns: 200 },
    );
  });
});
