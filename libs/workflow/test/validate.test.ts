import { compile, type Issue, validateDocument, WorkflowError } from "@parley/workflow";
import { describe, expect, it } from "vitest";

type Json = Record<string, unknown>;

const end = { id: "end", type: "end_call" };
const ask = { id: "a", system_prompt: "A", transitions: [{ condition: "contains:bye", target: "end" }] };

function doc(nodes: unknown[], settings: Json = {}): Json {
  return { agent: { name: "T" }, workflow: { initial_node: "a", nodes, ...settings } };
}

function node(extra: Json): unknown[] {
  return [{ ...ask, ...extra }, end];
}

/** `code path` of each issue. */
function found(input: unknown): string[] {
  return validateDocument(input).issues.map(({ code, path }) => `${code} ${path.join(".")}`);
}

const when = (condition: string, target = "end") => ({ transitions: [{ condition, target }] });
const retrieve = (variables: unknown) => [
  { id: "a", type: "retrieve_variable", variables, transitions: [{ condition: "always", target: "end" }] },
  end,
];
const question = (extra: Json) => ({ post_call_analysis: { questions: [{ name: "q", description: "d", ...extra }] } });
const globals = (extra: Json) => ({ global_intents: { g: { description: "d", target_node: "end", ...extra } } });

describe("errors", () => {
  const table: [issue: string, input: unknown][] = [
    ["unknown_node workflow.initial_node", doc([ask, end], { initial_node: "nowhere" })],
    ["unknown_node workflow.nodes.0.transitions.0.target", doc(node(when("always", "nowhere")))],
    ["unknown_node workflow.global_intents.g.target_node", doc([ask, end], globals({ target_node: "nowhere" }))],
    [
      "unknown_node workflow.global_intents.g.active_from_nodes.1",
      doc([ask, end], globals({ active_from_nodes: ["a", "x"] })),
    ],
    [
      "unknown_node workflow.global_intents.g.excluded_from_nodes.0",
      doc([ask, end], globals({ excluded_from_nodes: ["x"] })),
    ],
    [
      "unknown_node workflow.x-scripted.replies.0.node",
      doc([ask, end], { "x-scripted": { replies: [{ node: "x", text: "t" }] } }),
    ],
    ["duplicate_id workflow.nodes.2.id", doc([ask, end, { ...end }])],
    [
      "duplicate_id workflow.nodes.0.variables.1.variable_name",
      doc(
        retrieve([
          { variable_name: "x", extraction_prompt: "x" },
          { variable_name: "x", extraction_prompt: "y" },
        ]),
      ),
    ],
    ["missing_end_call workflow.nodes", doc([{ ...ask, transitions: [{ condition: "user_responded", target: "a" }] }])],
    [
      "missing_end_call workflow.nodes",
      doc([{ ...ask, transitions: [] }], { global_intents: { g: { description: "d", target_node: "a" } } }),
    ],
    ["end_call_with_transitions workflow.nodes.1.transitions", doc([ask, { ...end, ...when("always", "a") }])],
    ["missing_variables workflow.nodes.0.variables", doc(retrieve([]))],
    ["missing_variables workflow.nodes.0.variables", doc(retrieve(undefined))],
    ["missing_prompt workflow.nodes.0", doc(node({ system_prompt: undefined }))],
    ["missing_prompt workflow.nodes.0", doc(node({ system_prompt: "  " }))],
    ["both_prompts workflow.nodes.0.static_text", doc(node({ static_text: "x" }))],
    ["both_prompts workflow.nodes.1.static_text", doc([ask, { ...end, static_text: "x", system_prompt: "y" }])],
    ["missing_intents workflow.nodes.0.transitions.0.condition", doc(node(when("intent:buy")))],
    ["missing_intents workflow.nodes.0.transitions.0.condition", doc(node(when("intent:no_match")))],
    ["unknown_field mood", { ...doc([ask, end]), mood: 1 }],
    ["unknown_field workflow.mood", doc([ask, end], { mood: 1 })],
    [
      "unknown_field workflow.nodes.0.transitions.0.why",
      doc(node({ transitions: [{ condition: "always", target: "end", why: 1 }] })),
    ],
    ["unknown_field workflow.nodes.1.proactive", doc([ask, { ...end, proactive: true }])],
    ["unknown_field workflow.llm.top_p", doc([ask, end], { llm: { top_p: 1 } })],
    ["deprecated_field tts", { ...doc([ask, end]), tts: {} }],
    ["deprecated_field workflow.model_name", doc([ask, end], { model_name: "x" })],
    ["deprecated_field workflow.nodes.0.skip_response", doc(node({ skip_response: true }))],
    ["deprecated_field workflow.nodes.0.data_collection", doc(node({ data_collection: { fields: ["name"] } }))],
    ["deprecated_field workflow.data_collection", doc([ask, end], { data_collection: {} })],
    ["unknown_field workflow.nodes.0.constructor", doc(node({ constructor: 1 }))],
    ["deprecated_field workflow.nodes.0.transitions.0.condition", doc(node(when("user wants to buy")))],
    ["bad_condition workflow.nodes.0.transitions.0.condition", doc(node(when("contains:")))],
    ["bad_condition workflow.nodes.0.transitions.0.condition", doc(node(when("api_success")))],
    ["bad_condition workflow.nodes.0.transitions.0.condition", doc(node(when("handed_back")))],
    ["bad_action workflow.nodes.0.actions.on_exit.1", doc(node({ actions: { on_exit: ["hangup", "dance"] } }))],
    ["bad_action workflow.nodes.0.actions.on_entry.0", doc(node({ actions: { on_entry: ["set:=x"] } }))],
    ["missing_choices workflow.post_call_analysis.questions.0.choices", doc([ask, end], question({ type: "enum" }))],
    ["out_of_range workflow.max_transitions", doc([ask, end], { max_transitions: 1001 })],
    ["out_of_range workflow.max_transitions", doc([ask, end], { max_transitions: 0 })],
    ["out_of_range workflow.max_transitions", doc([ask, end], { max_transitions: 1.5 })],
    ["out_of_range workflow.history_window", doc([ask, end], { history_window: -1 })],
    ["out_of_range workflow.llm.temperature", doc([ask, end], { llm: { temperature: 2.1 } })],
    ["out_of_range workflow.llm.max_tokens", doc([ask, end], { llm: { max_tokens: 10_001 } })],
    [
      "out_of_range workflow.nodes.0.intent_config.context_messages",
      doc(node({ intent_config: { context_messages: 21 } })),
    ],
    [
      "out_of_range workflow.post_call_analysis.sample_rate",
      doc([ask, end], { post_call_analysis: { sample_rate: 2 } }),
    ],
    ["out_of_range workflow.webhook.timeout_seconds", doc([ask, end], { webhook: { timeout_seconds: 31 } })],
    ["out_of_range workflow.rag", doc([ask, end], { rag: { enabled: false, vector_weight: 0.5 } })],
    ["out_of_range agent.name", { ...doc([ask, end]), agent: { name: "" } }],
    ["out_of_range agent.description", { ...doc([ask, end]), agent: { name: "T", description: "x".repeat(1001) } }],
    ...apiIssues(),
    [
      "missing_field workflow.nodes.0.target_agent_id",
      doc([{ id: "a", type: "agent_transfer", target_agent_id: " " }]),
    ],
    ["missing_field workflow.nodes.0.target_agent_id", doc([{ id: "a", type: "agent_transfer" }])],
    ["out_of_range workflow.nodes.0.target_agent_id", doc([{ id: "a", type: "agent_transfer", target_agent_id: "" }])],
    ["out_of_range workflow.nodes.0.rag", doc(node({ rag: { vector_weight: 0.7 } }))],
    ["out_of_range workflow.rag.top_k", doc([ask, end], { rag: { top_k: 51 } })],
    ["unknown_node_type workflow.nodes.0.type", doc([{ ...ask, type: "data_collection" }, end])],
    ["missing_field workflow.webhook.url", doc([ask, end], { webhook: { enabled: true } })],
    ["missing_field agent", { workflow: { initial_node: "a", nodes: [ask, end] } }],
    ["missing_field workflow.nodes.0.id", doc([{ system_prompt: "x" }, end], { initial_node: "end" })],
    ["invalid_type workflow.nodes.0.id", doc([{ id: 5, system_prompt: "x" }, end], { initial_node: "end" })],
    ["invalid_type workflow.nodes", { agent: { name: "T" }, workflow: { initial_node: "a", nodes: {} } }],
    [
      "bad_name workflow.nodes.0.variables.0.variable_name",
      doc(retrieve([{ variable_name: "a b", extraction_prompt: "x" }])),
    ],
    [
      "bad_pattern workflow.x-scripted.replies.0.when",
      doc([ask, end], { "x-scripted": { replies: [{ when: "(", text: "t" }] } }),
    ],
    ["bad_pattern workflow.x-scripted.extract.x", doc([ask, end], { "x-scripted": { extract: { x: "(" } } })],
    ["bad_pattern workflow.x-scripted.intents.x.1", doc([ask, end], { "x-scripted": { intents: { x: ["a", "["] } } })],
  ];
  it.each(table)("%s", (issue, input) => {
    const result = validateDocument(input);
    expect(found(input)).toContain(issue);
    expect(result.valid).toBe(false);
    expect(result.document).toBeUndefined();
    expect(result.issues.find(({ code, path }) => `${code} ${path.join(".")}` === issue)?.severity).toBe("error");
  });

  it.each([
    ["as a node type", doc([{ ...ask, type: "data_collection" }, end])],
    ["as a field of a node", doc(node({ data_collection: {} }))],
    ["as a field of the workflow", doc([ask, end], { data_collection: {} })],
  ])("say what replaces the old data_collection %s", (_where, input) => {
    const { issues } = validateDocument(input);
    expect(issues.map(({ message }) => message)).toContain(
      "data_collection is no longer read; use a retrieve_variable node with variables to extract",
    );
  });

  it("are all reported at once, errors before warnings", () => {
    const issues = found({
      workflow: {
        initial_node: "x",
        llm: { temperature: 9 },
        nodes: [
          { id: "a", mood: 1, transitions: [{ condition: "contains:", target: "b" }] },
          { id: "a", system_prompt: "{{x}}", static_text: "y" },
        ],
      },
    });
    expect(issues).toEqual([
      "missing_field agent",
      "unknown_field workflow.nodes.0.mood",
      "out_of_range workflow.llm.temperature",
      "unknown_node workflow.initial_node",
      "unknown_node workflow.nodes.0.transitions.0.target",
      "bad_condition workflow.nodes.0.transitions.0.condition",
      "missing_prompt workflow.nodes.0",
      "duplicate_id workflow.nodes.1.id",
      "both_prompts workflow.nodes.1.static_text",
      "no_exit workflow.nodes.1",
    ]);
  });

  it.each([
    null,
    undefined,
    5,
    "text",
    [],
    {},
    { agent: {}, workflow: [] },
    { workflow: { nodes: [null, 5, { transitions: 3 }] } },
  ])("are reported for %j without an exception", (input) => {
    expect(validateDocument(input).valid).toBe(false);
  });

  it("stop compile with all issues", () => {
    let issues: readonly Issue[] = [];
    try {
      compile({ agent: { name: "T" }, workflow: { initial_node: "x", nodes: [{ id: "a" }] } });
    } catch (error) {
      if (error instanceof WorkflowError) issues = error.issues;
    }
    expect(issues.map(({ code }) => code)).toEqual(["unknown_node", "missing_prompt", "no_exit"]);
  });
});

describe("warnings", () => {
  const cycle = [
    { id: "a", static_text: "A", ...when("always", "r") },
    {
      id: "r",
      type: "retrieve_variable",
      variables: [{ variable_name: "x", extraction_prompt: "x" }],
      ...when("extraction_failed:x", "a"),
    },
    end,
  ];
  const turns = (...conditions: string[]) =>
    doc(node({ transitions: conditions.map((condition) => ({ condition, target: "end" })) }));
  const hook = (more: object) =>
    doc([ask, end], { webhook: { enabled: true, url: "https://example.com/x?a=1", ...more } });
  const table: [issue: string, input: unknown][] = [
    ["unreachable_node workflow.nodes.2", doc([ask, end, { id: "z", static_text: "Z", ...when("always") }])],
    ["automatic_cycle workflow.nodes.0", doc(cycle)],
    ["unusable_webhook workflow.webhook.url", hook({ url: "ftp://example.com/x" })],
    ["unusable_webhook workflow.webhook.url", hook({ url: "https://user:pass@example.com/x" })],
    ["unusable_webhook workflow.webhook.auth", hook({ auth: { type: "bearer" } })],
    ["unusable_webhook workflow.webhook.auth", hook({ auth: { type: "basic", secret: "x" } })],
    ["automatic_cycle workflow.nodes.0", doc(node(when("always", "a")))],
    ["dead_counter workflow.nodes.0.transitions.1.condition", turns("user_responded", "max_turns:2")],
    ["dead_counter workflow.nodes.0.transitions.1.condition", turns("max_turns:2", "max_turns:3")],
    ["dead_counter workflow.nodes.0.transitions.0.condition", turns("max_turns:2", "always")],
    ["unset_variable workflow.nodes.0.system_prompt", doc(node({ system_prompt: "Hi {{name}}" }))],
    ["unset_variable workflow.global_prompt", doc([ask, end], { global_prompt: "{{name}}" })],
    ["unset_variable workflow.nodes.0.actions.on_entry.0", doc(node({ actions: { on_entry: ["log:{{name}}"] } }))],
    [
      "unreachable_node workflow.nodes.2",
      doc([ask, end, { id: "g", static_text: "G", ...when("always") }], {
        ...globals({ target_node: "g" }),
        global_intent_config: { enabled: false },
      }),
    ],
    [
      "unreachable_node workflow.nodes.3",
      doc(
        [
          { id: "a", static_text: "A", ...when("always", "b") },
          { ...ask, id: "b" },
          end,
          { id: "g", static_text: "G", ...when("always") },
        ],
        globals({ target_node: "g", active_from_nodes: ["a"] }),
      ),
    ],
    ["no_exit workflow.nodes.0", doc([{ ...ask, transitions: [] }])],
  ];
  it.each(table)("%s", (issue, input) => {
    const { valid, issues } = validateDocument(input);
    expect(issues.map(({ code, path }) => `${code} ${path.join(".")}`)).toContain(issue);
    expect(issues.every(({ severity }) => severity === "warning")).toBe(true);
    expect(valid).toBe(true);
  });

  it.each([
    ["a node that hangs up", doc([{ ...ask, transitions: [], actions: { on_entry: ["hangup"] } }])],
    [
      "a cycle behind a condition that always fires first",
      doc(node({ transitions: [...when("always").transitions, ...when("user_responded", "a").transitions] })),
    ],
    [
      "a variable that the node itself sets before it is left",
      doc([
        { ...retrieve([{ variable_name: "x", extraction_prompt: "x" }])[0], actions: { on_exit: ["log:{{x}}"] } },
        end,
      ]),
    ],
    ["a counter before the general case", turns("max_turns:2", "user_responded")],
    ["counters that rise", turns("max_turns:3", "max_turns:2")],
    [
      "a variable that some way sets",
      doc([
        { id: "a", system_prompt: "A", actions: { on_exit: ["set:name=x"] }, ...when("user_responded", "b") },
        { id: "b", static_text: "{{name}}", ...when("always") },
        end,
      ]),
    ],
    [
      "a node that only a global intent reaches",
      doc([ask, { id: "g", static_text: "G", ...when("contains:x", "a") }, end], globals({ target_node: "g" })),
    ],
    ["an end that only the loop guard reaches", doc([{ ...ask, ...when("user_responded", "a") }, end])],
    ["a dead end with an exit by a global intent", doc([{ ...ask, transitions: [] }, end], globals({}))],
    [
      "a cycle through a waiting node",
      doc([{ ...ask, ...when("user_responded", "b") }, { id: "b", static_text: "B", ...when("always", "a") }, end]),
    ],
  ])("are not given for %s", (_case, input) => {
    expect(validateDocument(input).issues).toEqual([]);
  });
});

it("are limited to that one for an unreachable node", () => {
  expect(found(doc([ask, end, { id: "z", static_text: "{{name}}", ...when("always") }]))).toEqual([
    "unreachable_node workflow.nodes.2",
  ]);
});

describe("a valid document", () => {
  it("is returned as given, with extension fields anywhere and voice settings", () => {
    const input = doc(node({ "x-note": "n", intents: { "x-ray": { description: "d", "x-1": [1] } } }), {
      "x-color": { deep: [1, 2] },
      tts: { voice: "v" },
      stt: 1,
      recording: null,
      auto_hangup: true,
      interruption_settings: [],
    });
    const before = structuredClone(input);
    const { valid, document, issues } = validateDocument(input);
    expect(issues).toEqual([]);
    expect(valid).toBe(true);
    expect(document).toEqual(before);
    expect(JSON.stringify(document)).toBe(JSON.stringify(before));
  });

  it("checks an intent whose id looks like an extension field", () => {
    expect(found(doc(node({ intents: { "x-ray": { examples: [] } } })))).toEqual([
      "missing_field workflow.nodes.0.intents.x-ray.description",
    ]);
  });

  it("may be long: thousands of nodes in a row neither overflow the stack nor take long", () => {
    const chain = Array.from({ length: 3000 }, (_, index) => ({
      id: index === 0 ? "a" : `n${index}`,
      static_text: "x",
      ...when("user_responded", index === 2999 ? "end" : `n${index + 1}`),
    }));
    expect(validateDocument(doc([...chain, end])).issues).toEqual([]);
    expect(found(doc(chain.map((item) => (item.id === "n2999" ? { ...item, transitions: [] } : item))))).toEqual([
      "missing_end_call workflow.nodes",
      "no_exit workflow.nodes.2999",
    ]);
  });
});

/** One wrong field of an `api_call` node each. */
function apiIssues(): [string, unknown][] {
  const at = "workflow.nodes.0.api_call";
  const call = (api_call: unknown, more: object = {}) => [
    { id: "a", type: "api_call", api_call, ...when("api_success"), ...more },
    end,
  ];
  const table: [string, object][] = [
    ["bad_url url", { url: "ftp://x.example/" }],
    ["bad_url url", { url: "/relative" }],
    ["bad_url url", { url: "{{base}}/path" }],
    ["bad_url url", { url: "https://user:secret@x.example/" }],
    ["bad_header headers.Host", { headers: { Host: "y" } }],
    ["bad_header headers.Transfer-Encoding", { headers: { "Transfer-Encoding": "chunked" } }],
    ["bad_header headers.a b", { headers: { "a b": "y" } }],
    ["bad_header headers.X", { headers: { X: "y\r\nHost: z" } }],
    ["bad_header headers.X", { headers: { X: "日" } }],
    ["bad_path response_extraction.0.path", { response_extraction: [{ path: "a..b", variable_name: "v" }] }],
    ["bad_path response_extraction.0.path", { response_extraction: [{ path: "a[x]", variable_name: "v" }] }],
    [
      "duplicate_id response_extraction.1.variable_name",
      {
        response_extraction: [
          { path: "a", variable_name: "v" },
          { path: "b", variable_name: "v" },
        ],
      },
    ],
    ["bad_name response_extraction.0.variable_name", { response_extraction: [{ path: "a", variable_name: "1 x" }] }],
    ["bad_host allowed_hosts.0", { allowed_hosts: ["https://x.example"] }],
    ["out_of_range timeout_seconds", { timeout_seconds: 0 }],
    ["out_of_range timeout_seconds", { timeout_seconds: 121 }],
    ["out_of_range retry.max_retries", { retry: { max_retries: 11 } }],
    ["out_of_range response_size_limit_bytes", { response_size_limit_bytes: 999 }],
    ["out_of_range response_size_limit_bytes", { response_size_limit_bytes: 50_001 }],
    ["invalid_value method", { method: "TRACE" }],
    ["unknown_field verify_tls", { verify_tls: false }],
  ];
  return [
    ...table.map(([issue, fields]): [string, unknown] => [
      issue.replace(" ", ` ${at}.`),
      doc(call({ url: "https://x.example/{{id}}", ...fields })),
    ]),
    [`missing_field ${at}.url`, doc(call({}))],
    [`missing_field ${at}`, doc([{ id: "a", type: "api_call", ...when("api_success") }, end])],
  ];
}
