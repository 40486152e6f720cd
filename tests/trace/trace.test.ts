import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";

interface Seen {
  path: string;
  traceId: string | undefined;
  type: unknown;
}

const seen: Seen[] = [];
const remote = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString();
  const { type } = body.startsWith("{") ? JSON.parse(body) : { type: undefined };
  seen.push({ path: request.url ?? "", traceId: traceIdOf(request.headers.traceparent), type });
  response.writeHead(200, { "content-type": "application/json" }).end("{}");
});

let cluster: Cluster;
let tenant: Tenant;
let link: MadeLink;
let gateway: string;

/** Undefined for what is no trace context. */
function traceIdOf(text: unknown): string | undefined {
  return /^00-([0-9a-f]{32})-[0-9a-f]{16}-0[01]$/.exec(String(text))?.[1];
}

beforeAll(async () => {
  await new Promise<void>((resolve) => remote.listen(0, "127.0.0.1", resolve));
  const out = `http://127.0.0.1:${(remote.address() as AddressInfo).port}`;
  cluster = await startCluster({
    shape: "standalone",
    wholeLogs: true,
    env: { ALLOW_TEST_HOOKS: "1", WEBHOOK_POLL_MS: "100", LOG_LEVEL: "debug" },
  });
  gateway = cluster.gateways[0];
  tenant = await createTenant(cluster, "Traces");
  const to = (...pairs: [string, string][]) => pairs.map(([condition, target]) => ({ condition, target }));
  await importAgent(tenant, "tracer", {
    agent: { name: "Tracer" },
    workflow: {
      initial_node: "ask",
      nodes: [
        { id: "ask", system_prompt: "Echo.", transitions: to(["contains:order", "look"]) },
        {
          id: "look",
          type: "api_call",
          static_text: "Looking.",
          api_call: { method: "GET", url: `${out}/order` },
          actions: { on_entry: [`webhook:${out}/action`] },
          transitions: to(["api_success", "ask"], ["api_failed", "ask"]),
        },
        { id: "end", type: "end_call", static_text: "Bye." },
      ],
    },
  });
  link = await createLink(tenant, "tracer", { title: "Traces", max_sessions: 5 });
  const hook = { url: `${out}/hook`, events: ["message.completed", "session.started"] };
  expect((await tenant.owner.call("POST", "/api/webhooks", hook)).status).toBe(201);
}, 180_000);
afterAll(async () => {
  await cluster?.close();
  remote.closeAllConnections();
  await new Promise((resolve) => remote.close(resolve));
});

interface Sent {
  response: string;
  session_token?: string;
}
async function send(message: string, traceparent?: string, token?: string) {
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (traceparent !== undefined) headers.traceparent = traceparent;
  const body = JSON.stringify({ message, ...(token === undefined ? {} : { session_token: token }) });
  const answer = await fetch(`${gateway}/api/public/chat/${link.token}`, { method: "POST", headers, body });
  const text = await answer.text();
  expect([answer.status, text]).toEqual([200, expect.any(String)]);
  const sent: Sent = JSON.parse(text);
  return { ...sent, traceId: traceIdOf(answer.headers.get("traceparent")) };
}

const traces = { first: "1".repeat(32), second: "2".repeat(32), third: "3".repeat(32) };
const parent = (traceId: string): string => `00-${traceId}-00f067aa0ba902b7-01`;

describe("the trace of a visitor's message", () => {
  it("is propagated to model call, API call, action webhook and delivery, and returned with the answer", async () => {
    const opened = await send("hello", parent(traces.first));
    expect(opened.traceId).toBe(traces.first);
    const token = opened.session_token;
    const second = await send("my order please", parent(traces.second), token);
    expect(second.traceId).toBe(traces.second);
    const third = await send("and more", parent(traces.third), token);
    expect(third.traceId).toBe(traces.third);

    const modelOf = (text: string) => cluster.model.calls.find((call) => call.lastUserText === text)?.traceparent;
    expect(traceIdOf(modelOf("hello"))).toBe(traces.first);
    expect(traceIdOf(modelOf("and more"))).toBe(traces.third);
    expect(seen.find(({ path }) => path === "/order")?.traceId).toBe(traces.second);
    await eventually(
      async () => {
        expect(seen.find(({ path }) => path === "/action")?.traceId).toBe(traces.second);
        const completed = seen.filter(({ type }) => type === "message.completed").map(({ traceId }) => traceId);
        expect(completed.sort()).toEqual(Object.values(traces));
        // No message caused it: its own, and none of theirs.
        const started = seen.find(({ type }) => type === "session.started");
        expect(started?.traceId).toMatch(/^[0-9a-f]{32}$/);
        expect(Object.values(traces)).not.toContain(started?.traceId);
      },
      { timeoutMs: 30_000, intervalMs: 100 },
    );
  });

  it("is named in the log lines of its turn", async () => {
    const lines = cluster.children.flatMap((child) => child.log().split("\n"));
    const own = lines.filter((line) => line.includes(`"trace_id":"${traces.second}"`));
    expect(own.some((line) => line.includes('"outbound.done"'))).toBe(true);
  });

  it("is replaced for a malformed traceparent, consistently in the answer and the model call", async () => {
    const bad = `00-${"A".repeat(32)}-00f067aa0ba902b7-01`;
    const sent = await send("malformed", bad);
    expect(sent.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(sent.traceId).not.toBe("a".repeat(32));
    const call = cluster.model.calls.find(({ lastUserText }) => lastUserText === "malformed");
    expect(traceIdOf(call?.traceparent)).toBe(sent.traceId);
  });
});
