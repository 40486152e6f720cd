import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { rotateActionSecret } from "@parley/contracts";
import { sql } from "@parley/db";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

interface Received {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A receiver on this machine that answers as the test says and keeps what it got. */
async function receiver() {
  const received: Received[] = [];
  const state = { answer: (_request: Received, _nth: number): [number, string] => [200, "{}"] };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const got = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body };
      received.push(got);
      const [status, text] = state.answer(got, received.filter(({ path }) => path === got.path).length);
      response.writeHead(status).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const { port } = address;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    state,
    at: (path: string) => received.filter((request) => request.path === path),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

let h: TurnHarness;
let remote: Awaited<ReturnType<typeof receiver>>;
beforeAll(async () => {
  const sending = { ALLOW_TEST_HOOKS: true, WEBHOOK_POLL_MS: 100 };
  [h, remote] = await Promise.all([turnHarness(sending), receiver()]);
  await h.runner(undefined, { ALLOW_TEST_HOOKS: true });
});
afterAll(async () => {
  await h.close();
  await remote.close();
});

const to = (...pairs: [string, string][]) => pairs.map(([condition, target]) => ({ condition, target }));
const talk = (id: string, more: object = {}) => ({
  id,
  system_prompt: id,
  transitions: to(["contains:bye", "end"]),
  ...more,
});
const end = { id: "end", type: "end_call", static_text: "Bye." };
const documentOf = (nodes: { id: string; [field: string]: unknown }[]) => ({
  agent: { name: "Calls" },
  workflow: { initial_node: nodes[0]?.id, nodes: [...nodes, end] },
});

/** Asks for an order, looks it up, and says what it found. */
const lookUp = (api_call: object) =>
  documentOf([
    talk("ask", { transitions: to(["user_responded", "look"]) }),
    {
      id: "look",
      type: "api_call",
      static_text: "Looking it up.",
      api_call: {
        retry: { max_retries: 2, initial_delay_ms: 1, max_delay_ms: 5 },
        response_extraction: [{ path: "items[0].state", variable_name: "state", default_value: "unknown" }],
        ...api_call,
      },
      transitions: to(["api_status:404", "none"], ["api_success", "found"], ["api_failed", "failed"]),
    },
    talk("found", { proactive: true, system_prompt: undefined, static_text: "It is {{state}}." }),
    talk("none", { proactive: true, system_prompt: undefined, static_text: "No such order." }),
    talk("failed", { proactive: true, system_prompt: undefined, static_text: "Out of reach, {{state}}." }),
  ]);

const traceOf = async (sessionId: string): Promise<string> =>
  h.db.tenant(h.tenantId, async (trx) => {
    const { rows } = await sql<{ trace: string }>`select t.trace::text as trace from session_turns t
      join text_conversations c on c.id = t.conversation_id where c.session_id = ${sessionId} order by t.seq desc limit 1`.execute(
      trx,
    );
    return rows[0]?.trace ?? "";
  });

describe("an api_call node", () => {
  it("calls the server, extracts a variable from the response, and follows the transition for it", async () => {
    remote.state.answer = () => [200, JSON.stringify({ items: [{ state: "on its way" }] })];
    const agent = await h.agent(
      lookUp({
        method: "POST",
        url: `${remote.url}/orders`,
        headers: { Authorization: "Bearer s3cr3t" },
        body: { q: 1 },
      }),
    );
    const { sessionId } = await h.open(agent);
    expect(await h.send(sessionId, "42")).toMatchObject({
      result: { response: "Looking it up. It is on its way.", extracted_variables: { state: "on its way" } },
    });
    const [got] = remote.at("/orders");
    expect(got).toMatchObject({ method: "POST", body: '{"q":1}', headers: { authorization: "Bearer s3cr3t" } });
    const trace = await traceOf(sessionId);
    expect(JSON.parse(trace).calls).toMatchObject([
      { type: "api.call", failed: null, http: { method: "POST", status: 200, attempts: 1 } },
    ]);
    expect(trace).not.toContain("s3cr3t");
  });

  it("retries after a temporary failure with the same idempotency key", async () => {
    remote.state.answer = (_request, nth) => (nth < 3 ? [503, "busy"] : [200, '{"items":[{"state":"here"}]}']);
    const { sessionId } = await h.open(await h.agent(lookUp({ method: "PUT", url: `${remote.url}/retry` })));
    expect(await h.send(sessionId, "42")).toMatchObject({ result: { response: "Looking it up. It is here." } });
    const keys = remote.at("/retry").map(({ headers }) => headers["idempotency-key"]);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}\.2:\d+\.\d+$/);
  });

  it("does not retry a 404 and follows its transition", async () => {
    remote.state.answer = () => [404, "nothing"];
    const { sessionId } = await h.open(await h.agent(lookUp({ url: `${remote.url}/missing` })));
    expect(await h.send(sessionId, "42")).toMatchObject({ result: { response: "Looking it up. No such order." } });
    expect(remote.at("/missing")).toHaveLength(1);
    expect(remote.at("/missing")[0]?.headers["idempotency-key"]).toBeUndefined();
  });

  it.each([
    ["a response above the size limit", "/large", { response_size_limit_bytes: 1000 }, "api_too_large"],
    ["a host that is not on its list", "/listed", { allowed_hosts: ["example.com"] }, "api_refused"],
    ["a private address", null, { url: "http://10.1.2.3/" }, "api_refused"],
    ["an unreachable server", null, { url: "http://127.0.0.1:1/" }, "api_unreachable"],
  ])("follows api_failed for %s and keeps the default value", async (_case, path, more, code) => {
    remote.state.answer = () => [200, "x".repeat(2000)];
    const { sessionId } = await h.open(await h.agent(lookUp({ url: `${remote.url}${path}`, ...more })));
    expect(await h.send(sessionId, "42")).toMatchObject({
      result: { response: "Looking it up. Out of reach, unknown.", node_id: "failed" },
    });
    expect(JSON.parse(await traceOf(sessionId)).calls).toMatchObject([{ failed: code }]);
  });
});

describe("an agent_transfer node", () => {
  const transfer = (target: string, more: object = {}) =>
    documentOf([
      talk("front", { transitions: to(["contains:sales", "over"]) }),
      { id: "over", type: "agent_transfer", target_agent_id: target, transfer_message: "One moment.", ...more },
    ]);
  const sales = (text: string) =>
    documentOf([
      { id: "hello", proactive: true, static_text: text, transitions: to(["always", "sell"]) },
      talk("sell"),
    ]);

  it("continues in the target's document within the turn, and in the version of the transfer afterwards", async () => {
    const target = await h.agent(sales("Sales here."));
    const { sessionId } = await h.open(await h.agent(transfer(target)));
    expect(await h.send(sessionId, "sales please")).toMatchObject({
      result: {
        response: "One moment. Sales here.",
        node_id: "sell",
        previous_node_id: "front",
        transitions: [
          { from_node: "front", to_node: "over" },
          { from_node: "over", to_node: "hello", condition: "agent_transfer" },
          { from_node: "hello", to_node: "sell" },
        ],
      },
    });
    expect(await h.send(sessionId, "hi")).toMatchObject({ result: { response: "echo(hi)", node_id: "sell" } });
    // Another runner, which knows the session from the database alone, is in the same document.
    expect(await h.send(sessionId, "bye")).toMatchObject({ result: { response: "Bye.", session_ended: true } });
  });

  it("ends the session when the agent does not exist or belongs to another tenant", async () => {
    const { sessionId } = await h.open(await h.agent(transfer("00000000-0000-7000-8000-000000000000")));
    expect(await h.send(sessionId, "sales")).toMatchObject({ status: "done", result: { session_ended: true } });
    expect(JSON.parse(await traceOf(sessionId)).calls).toMatchObject([
      { type: "agent.load", failed: "agent_not_found" },
    ]);
  });
});

describe("a webhook action", () => {
  it("is delivered after commit, signed with the issued secret, and repeated under its id until accepted", async () => {
    const principal = { tenantId: h.tenantId, role: "admin", via: "token", id: "test" } as const;
    const rotate = () => h.bus.call(rotateActionSecret, { principal, overlapSeconds: 600 });
    const told = await rotate();
    expect(told.previousSecretUntil).toBeNull();
    const signedBy = ({ headers, body }: Received, secret: string): string => {
      const key = Buffer.from(secret.slice("whsec_".length), "base64");
      const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
      return `v1,${createHmac("sha256", key).update(content).digest("base64")}`;
    };
    remote.state.answer = (_request, nth) => (nth === 1 ? [500, ""] : [204, ""]);
    const agent = await h.agent(
      documentOf([talk("ask", { actions: { on_exit: ["set:city=Bonn", `webhook:${remote.url}/hook`] } })]),
    );
    const { sessionId } = await h.open(agent);
    await h.send(sessionId, "bye");
    const first = await eventually(async () => {
      const [got] = remote.at("/hook");
      if (!got) throw new Error("not yet");
      return got;
    });
    const { "webhook-id": id, "webhook-signature": signature } = first.headers;
    expect(signature).toBe(signedBy(first, told.secret));
    const next = await rotate();
    expect(next.previousSecretUntil).toEqual(expect.any(String));
    expect(JSON.parse(first.body)).toMatchObject({
      type: "workflow.action",
      data: { session_id: sessionId, node_id: "ask", phase: "on_exit", variables: { city: "Bonn" } },
    });
    await eventually(
      async () => {
        if (remote.at("/hook").length < 2) throw new Error("not yet");
      },
      { timeoutMs: 20_000 },
    );
    expect(remote.at("/hook").map(({ headers }) => headers["webhook-id"])).toEqual([id, id]);
    const [, again] = remote.at("/hook");
    if (again === undefined) throw new Error("it came twice");
    expect(again.headers["webhook-signature"]).toBe(`${signedBy(again, next.secret)} ${signedBy(again, told.secret)}`);
    const { rows: secrets } = await h.db.tenant(h.tenantId, (trx) =>
      sql`select * from action_webhook_secrets`.execute(trx),
    );
    for (const { secret } of [told, next]) expect(JSON.stringify(secrets)).not.toContain(secret.slice(6));
    await eventually(async () => {
      const { rows } = await h.db.tenant(h.tenantId, (trx) =>
        sql<{
          outcome: string;
          attempts: number;
          data: object;
          data_sealed: string;
        }>`select outcome, attempts, data, data_sealed from webhook_deliveries where ended_at is not null`.execute(trx),
      );
      expect(rows).toEqual([{ outcome: "delivered", attempts: 2, data: {}, data_sealed: "" }]);
    });
  });
});
