import type { ApiCall } from "@parley/workflow";
import { describe, expect, it } from "vitest";
import { type Answers, end, type Node, sessionOf, to } from "./session.js";

type Call = Extract<Node, { type: "api_call" }>["api_call"];

const nodes = (
  api_call: Partial<Call> = {},
  transitions = to(["api_success", "ok"], ["api_failed", "bad"]),
): Node[] => [
  { id: "ask", system_prompt: "Ask", transitions: to(["user_responded", "call"]) },
  {
    id: "call",
    type: "api_call",
    static_text: "One moment, {{name}}.",
    api_call: { url: "https://x.example/{{name}}", ...api_call },
    ...(transitions ? { transitions } : {}),
  },
  { id: "ok", proactive: true, static_text: "ok", transitions: to(["contains:bye", "end"]) },
  { id: "bad", proactive: true, static_text: "bad", transitions: to(["contains:bye", "end"]) },
  end,
];

function run(list: Node[], api: Answers["api"], variables: Record<string, unknown> = { name: "Jo" }) {
  const calls: ApiCall[] = [];
  const session = sessionOf(list, {
    api: (call) => {
      calls.push(call);
      return api?.(call) ?? "api_unreachable";
    },
  });
  session.state = { ...session.state, variables };
  session.open();
  return { session, calls, turn: session.say("hi") };
}

describe("an api_call node", () => {
  it("speaks before the call, uses the defaults, and continues at once", () => {
    const { turn, calls } = run(nodes(), () => [200, "{}"]);
    expect(turn.outcome.response).toBe("One moment, Jo. ok");
    expect(turn.path).toEqual(["ask>call (user_responded)", "call>ok (api_success)"]);
    const order = turn.effects.map(({ type }) => type);
    expect(order.indexOf("speak")).toBeLessThan(order.indexOf("api.call"));
    expect(calls).toEqual([
      {
        type: "api.call",
        callId: "2.1",
        nodeId: "call",
        method: "GET",
        url: "https://x.example/Jo",
        headers: {},
        query: {},
        body: null,
        timeoutMs: 30_000,
        retry: { maxRetries: 2, initialDelayMs: 500, maxDelayMs: 5_000, multiplier: 2 },
        maxBytes: 15_000,
        allowedHosts: null,
      },
    ]);
  });

  it("passes on every setting", () => {
    const { calls } = run(
      nodes({
        method: "PATCH",
        timeout_seconds: 1.5,
        retry: { max_retries: 0, initial_delay_ms: 1, max_delay_ms: 2, backoff_multiplier: 3 },
        response_size_limit_bytes: 1000,
        allowed_hosts: ["x.example"],
      }),
      () => [200, ""],
    );
    expect(calls[0]).toMatchObject({
      method: "PATCH",
      timeoutMs: 1_500,
      retry: { maxRetries: 0, initialDelayMs: 1, maxDelayMs: 2, multiplier: 3 },
      maxBytes: 1_000,
      allowedHosts: ["x.example"],
    });
  });

  const hostile = 'a/../b?c=d&e#f "quoted" \\ \r\nX: y {{secret}} é 日';
  it("keeps a value in its place: in the path, a header, the query, a body of objects and one of text", () => {
    const fill = (body: unknown) =>
      run(
        nodes({
          method: "POST",
          url: "https://x.example/p/{{name}}/end",
          headers: { "X-Name": "<{{name}}>" },
          query_params: { q: "{{name}}", n: 5 },
          body,
        }),
        () => [200, ""],
        { name: hostile, secret: "s3cr3t" },
      ).calls[0];
    const call = fill({ list: [{ who: "{{name}}" }], n: 1, none: null });
    const url = new URL(call?.url ?? "");
    expect([url.host, url.search, url.hash, url.pathname.split("/").length]).toEqual(["x.example", "", "", 4]);
    expect(decodeURIComponent(url.pathname)).toBe(`/p/${hostile}/end`);
    expect(call?.headers["X-Name"]).toBe('<a/../b?c=d&e#f "quoted" \\   X: y {{secret}} é ?>');
    expect(call?.query).toEqual({ q: hostile, n: "5" });
    expect(JSON.parse(call?.body ?? "")).toEqual({ list: [{ who: hostile }], n: 1, none: null });
    expect(call?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(fill('{"who": "{{name}}"}')?.body ?? "")).toEqual({ who: hostile });
    expect(JSON.stringify(call)).not.toContain("s3cr3t");
  });

  it("keeps a given content type and sends no body with GET", () => {
    const headers = { "Content-Type": "text/plain" };
    expect(run(nodes({ method: "POST", headers, body: "x" }), () => [200, ""]).calls[0]?.headers).toEqual(headers);
    expect(run(nodes({ body: { a: 1 } }), () => [200, ""]).calls[0]).toMatchObject({ body: null, headers: {} });
  });

  it("warns about a template without a value", () => {
    const { turn } = run(nodes(), () => [200, ""], {});
    expect(turn.effects).toContainEqual(expect.objectContaining({ type: "warning", code: "missing_variable" }));
  });

  const conditions: [condition: string, answer: [number, string] | string, taken: boolean][] = [
    ["api_success", [200, ""], true],
    ["api_success", [299, ""], true],
    ["api_success", [300, ""], false],
    ["api_success", [404, ""], false],
    ["api_success", "api_timeout", false],
    ["api_failed", [500, ""], true],
    ["api_failed", [302, ""], true],
    ["api_failed", "api_timeout", true],
    ["api_failed", [204, ""], false],
    ["api_status:404", [404, ""], true],
    ["api_status:404", [400, ""], false],
    ["api_status:404", "api_refused", false],
    ["api_response_contains:Straße", [200, "in der STRASSE"], true],
    ["api_response_contains:gone", [410, "all Gone"], true],
    ["api_response_contains:gone", [200, "here"], false],
    ["api_response_contains:gone", "api_too_large", false],
  ];
  it.each(conditions)("%s after %j: %s", (condition, answer, taken) => {
    const { turn } = run(nodes({}, to([condition, "ok"], ["always", "bad"])), () => answer);
    expect(turn.outcome.node_id).toBe(taken ? "ok" : "bad");
  });

  const paths: [path: string, body: string, value: unknown][] = [
    ["a", '{"a":1}', 1],
    ["a.b.c", '{"a":{"b":{"c":"x"}}}', "x"],
    ["items.1.id", '{"items":[{"id":1},{"id":2}]}', 2],
    ["items[1].id", '{"items":[{"id":1},{"id":2}]}', 2],
    ["[0]", "[7]", 7],
    ["0", "[7]", 7],
    ["$", '"text"', "text"],
    ["$", "not JSON", "not JSON"],
    ["$.a", '{"a":true}', true],
    ["$[0].a", '[{"a":false}]', false],
    ["a", '{"a":[1,{"b":2}]}', [1, { b: 2 }]],
    ["a", '{"a":""}', ""],
    ["a", '{"a":0}', 0],
    ["a", '{"a":null}', "default"],
    ["b", '{"a":1}', "default"],
    ["a.b", '{"a":"text"}', "default"],
    ["items.5", '{"items":[]}', "default"],
    ["length", "[1,2]", "default"],
    ["a.length", '{"a":"xyz"}', "default"],
    ["constructor", "{}", "default"],
    ["__proto__", "{}", "default"],
    ["a", "not JSON", "default"],
    ["a", "", "default"],
    ["a", `{"a":${"[".repeat(100)}${"]".repeat(100)}}`, "default"],
    ["a", '{"a":1e999}', "default"],
    ["a", '{"a":"x\\u0000\\ud800y"}', "x\uFFFDy"],
  ];
  it.each(paths)("reads %s of %s", (path, body, value) => {
    const response_extraction = [{ path, variable_name: "v", default_value: "default" }];
    const { session } = run(nodes({ response_extraction }), () => [200, body]);
    expect(session.state.variables.v).toEqual(value);
  });

  it("sets unreadable values to their default or null, even when there was no answer", () => {
    const response_extraction = [
      { path: "a", variable_name: "a", default_value: 1 },
      { path: "b", variable_name: "b" },
    ];
    const { session, turn } = run(nodes({ response_extraction }), () => "api_timeout");
    expect(session.state.variables).toMatchObject({ a: 1, b: null });
    expect(turn.outcome.extracted_variables).toEqual({ a: 1 });
    expect(turn.effects).toContainEqual(expect.objectContaining({ type: "warning", code: "api_failed" }));
  });

  it("calls again at the next message when no transition fired, without its text", () => {
    const { session, calls, turn } = run(nodes({}, to(["api_status:200", "ok"])), () => [202, ""]);
    expect(turn.outcome).toMatchObject({ response: "One moment, Jo.", node_id: "call" });
    session.answers = { ...session.answers, api: (call) => [calls.push(call) > 0 ? 200 : 500, ""] };
    expect(session.say("well?").outcome.response).toBe("ok");
    expect(calls.map(({ callId }) => callId)).toEqual(["2.1", "3.1"]);
  });

  it("discards an answer when it leaves: the next call's conditions see only their own", () => {
    const list: Node[] = [
      { id: "a", static_text: "a", transitions: to(["always", "one"]) },
      {
        id: "one",
        type: "api_call",
        api_call: { url: "https://x.example/1" },
        transitions: to(["api_success", "two"]),
      },
      {
        id: "two",
        type: "api_call",
        api_call: { url: "https://x.example/2" },
        transitions: to(["api_success", "end"]),
      },
      end,
    ];
    const session = sessionOf(list, { api: ({ url }) => (url.endsWith("1") ? [200, ""] : "api_timeout") });
    expect(session.open().outcome).toMatchObject({ node_id: "two", session_ended: false });
  });

  it("makes no further call after a hangup", () => {
    const list = nodes();
    const [ask, call, ...rest] = list;
    if (!ask || !call) throw new Error("no nodes");
    const { calls, turn } = run([ask, { ...call, actions: { on_entry: ["hangup"] } }, ...rest], () => [200, ""]);
    expect(calls).toEqual([]);
    expect(turn.outcome).toMatchObject({ session_ended: true, response: "One moment, Jo." });
  });
});
