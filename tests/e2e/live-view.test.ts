import {
  type ApiClient,
  createBearerClient,
  endsWithin,
  eventually,
  followEvents,
  type ModelCall,
  type ModelFault,
  readEvents,
  type StreamedEvent,
} from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { newVisitor } from "../streams/visitor.js";

const GUIDE = {
  agent: { name: "Guide" },
  workflow: {
    initial_node: "hello",
    nodes: [
      {
        ...{ id: "hello", name: "Hello", proactive: true, static_text: "Welcome." },
        transitions: [{ condition: "always", target: "talk" }],
      },
      {
        ...{ id: "talk", name: "Talk", system_prompt: "Echo what is said." },
        transitions: [
          { condition: "contains:called", target: "read" },
          { condition: "contains:goodbye", target: "end" },
        ],
      },
      {
        ...{ id: "read", name: "Read", type: "retrieve_variable" },
        variables: [{ variable_name: "first_name", extraction_prompt: "The first name" }],
        transitions: [{ condition: "variables_extracted:first_name", target: "talk" }],
      },
      { id: "end", name: "End", type: "end_call", static_text: "Bye." },
    ],
  },
};

interface Watcher {
  events: StreamedEvent[];
  status: Promise<number>;
  until(fits: (event: StreamedEvent) => boolean): Promise<StreamedEvent>;
  leave(): void;
}

function watch(open: { url: string; headers: Record<string, string> }, lastEventId: string | null = null): Watcher {
  const events: StreamedEvent[] = [];
  const left = new AbortController();
  const reading = readEvents({ ...open, lastEventId, signal: left.signal }, (event) => void events.push(event));
  return {
    events,
    status: reading.then(({ status }) => status).catch(() => 0),
    leave: () => left.abort(),
    until: (fits) =>
      eventually(
        async () => {
          const found = events.find(fits);
          if (found === undefined) throw new Error(`not among ${events.map(({ event }) => event).join(", ")}`);
          return found;
        },
        { timeoutMs: 20_000 },
      ),
  };
}

const isTurn =
  (n: number) =>
  ({ event, data }: StreamedEvent): boolean =>
    event === "turn" && data.turn_number === n;
const durable = (events: readonly StreamedEvent[]): StreamedEvent[] =>
  events.filter(({ id, event }) => id !== null && event !== "connected");

describe("an owner who watches", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let stranger: Tenant;
  let link: MadeLink;
  let agentId: string;
  let viewer: ApiClient;
  let operator: ApiClient;
  beforeAll(async () => {
    const faults = (call: ModelCall): ModelFault | null =>
      call.lastUserText.startsWith("slow") ? { type: "slow", tokenDelayMs: 200 } : null;
    const reply = (call: ModelCall): string =>
      call.schema === null ? `echo(${call.lastUserText})` : JSON.stringify({ first_name: "Ada" });
    cluster = await startCluster({ shape: "distributed", model: { faults, reply } });
    tenant = await createTenant(cluster, "Watch");
    stranger = await createTenant(cluster, "Stranger");
    agentId = await importAgent(tenant, "guide", GUIDE);
    link = await createLink(tenant, "guide", { max_sessions: 100, rate_limit_per_minute: 100, proof_of_work: "off" });
    viewer = (await newToken("viewer")).client;
    operator = (await newToken("operator")).client;
  }, 180_000);
  afterAll(() => cluster?.close(), 60_000);

  const newToken = async (role: string): Promise<{ id: string; client: ApiClient }> => {
    const made = await tenant.owner.call<{ id: string; token: string }>("POST", "/api/tokens", { name: role, role });
    expect(made.status, made.text).toBe(201);
    return {
      id: made.body.id,
      client: createBearerClient({ bases: cluster.gateways, token: made.body.token }),
    };
  };
  const livePath = (sessionId: string): string => `/api/sessions/${sessionId}/live`;

  it("sees what the visitor sees, and node, variables and spend as in the session itself", async () => {
    const visitor = await newVisitor(cluster, link);
    const watcher = watch(operator.stream(livePath(visitor.sessionId)));
    const first = await watcher.until(({ event }) => event === "connected");
    expect(first.data).toMatchObject({
      status: "active",
      variables: {},
      message_count: 0,
      totals: { input_tokens: 0, output_tokens: 0 },
    });
    await visitor.say("good day");
    await visitor.say("I am called Ada");
    await visitor.post("typing/{link}", { active: true });
    const second = await watcher.until(isTurn(2));
    await watcher.until(({ event, data }) => event === "typing" && data.who === "visitor");
    expect(second.data).toMatchObject({
      node_name: "Talk",
      previous_node: "talk",
      extracted_variables: { first_name: "Ada" },
      variables: { first_name: "Ada" },
      transitions: [
        { from_node: "talk", to_node: "read" },
        { from_node: "read", to_node: "talk" },
      ],
      usage: { input_tokens: expect.any(Number), output_tokens: expect.any(Number) },
      latency_ms: expect.any(Number),
      remaining_messages: 98,
    });
    const spoken = watcher.events.filter(({ event }) => event === "message").map(({ data }) => data.content);
    expect(spoken).toEqual(["Welcome.", "good day", "echo(good day)", "I am called Ada", "echo(I am called Ada)"]);
    expect(watcher.events.some(({ event }) => event === "message.delta")).toBe(true);
    expect(JSON.stringify(watcher.events)).not.toContain("contains:called");

    const trace = await tenant.owner.call<{ turns: { usage: { input_tokens: number } }[] }>(
      "GET",
      `/api/sessions/${visitor.sessionId}/trace`,
    );
    const input = trace.body.turns.reduce((sum, { usage }) => sum + usage.input_tokens, 0);
    expect(input).toBeGreaterThan(0);
    expect(second.data.totals).toMatchObject({ input_tokens: input });
    const late = watch(operator.stream(livePath(visitor.sessionId)));
    const { data } = await late.until(({ event }) => event === "connected");
    expect(data).toMatchObject({
      node_name: "Talk",
      turn_number: 2,
      variables: { first_name: "Ada" },
      message_count: 2,
      totals: second.data.totals,
    });
    late.leave();

    await visitor.say("goodbye");
    await watcher.until(({ event }) => event === "session_ended");
    expect(await watcher.status).toBe(200);
    const last = durable(watcher.events).at(-1)?.id ?? null;
    expect(await watch(operator.stream(livePath(visitor.sessionId)), last).status).toBe(204);
  });

  it("loses and repeats nothing when the stream is cut at every event and goes on at the other gateway", async () => {
    const visitor = await newVisitor(cluster, link);
    // A message that is accepted before the welcome is written comes before it in the stream, and after it in the history.
    await eventually(async () => expect(await visitor.history()).toHaveLength(1));
    for (const text of ["one", "I am called Ada", "three"]) await visitor.say(text);
    const whole = watch(operator.stream(livePath(visitor.sessionId)));
    await whole.until(isTurn(3));
    whole.leave();
    const expected = durable(whole.events);
    expect(expected.map(({ id }) => id)).toEqual(expected.map((_, n) => `1-${n + 1}`));
    for (const { id } of expected) {
      const rest = watch(operator.stream(livePath(visitor.sessionId)), id);
      const tail = expected.slice(expected.findIndex((event) => event.id === id) + 1);
      await eventually(async () => expect(durable(rest.events)).toEqual(tail), { timeoutMs: 20_000 });
      rest.leave();
    }
    // And while the conversation continues: each event cuts the stream.
    const follower = followEvents(() => operator.stream(livePath(visitor.sessionId)));
    let seen = 0;
    const cutting = setInterval(() => {
      if (durable(follower.events).length === seen) return;
      seen = durable(follower.events).length;
      follower.cut();
    }, 2);
    for (const text of ["four", "slow five six seven eight", "nine"]) await visitor.say(text);
    await visitor.say("goodbye");
    await follower.ended;
    clearInterval(cutting);
    const all = durable(follower.events);
    expect(follower.openings).toBeGreaterThan(2);
    expect(all.map(({ id }) => id)).toEqual(all.map((_, n) => `1-${n + 1}`));
    expect(all.slice(0, expected.length)).toEqual(expected);
    const history = await visitor.history();
    const said = all.flatMap(({ event, data }) => (event === "message" ? [data.content] : []));
    expect(said).toEqual(history.map(({ content }) => content));
  });

  it("is never of another tenant, nor with a revoked token", async () => {
    const visitor = await newVisitor(cluster, link);
    const path = livePath(visitor.sessionId);
    expect((await stranger.owner.call("GET", path)).status).toBe(404);
    expect((await stranger.owner.call("GET", livePath("text_unknown"))).status).toBe(404);
    expect((await createBearerClient({ bases: cluster.gateways }).call("GET", path)).status).toBe(401);
    expect((await tenant.owner.call("GET", `${path}?after=nonsense`)).status).toBe(422);

    expect((await viewer.call("GET", path)).status).toBe(403);
    const { id, client } = await newToken("operator");
    const watcher = watch(client.stream(path));
    await watcher.until(({ event }) => event === "connected");
    await endsWithin(3_000, async () => {
      expect((await tenant.owner.call("DELETE", `/api/tokens/${id}`)).status).toBe(200);
      expect(await watcher.status).toBe(200);
    });
    expect(watcher.events.at(-1)).toMatchObject({ event: "error", data: { code: "invalid_token" } });
    await eventually(async () => expect((await client.call("GET", path)).status).toBe(401));
  });

  it("finds the sessions of a person, by address in any case or by identifier, within a time", async () => {
    const person = { email: "Ada.Watch@Example.com", identifier: "crm-4711" };
    const body = { tenant_id: tenant.id, agent_id: agentId, participant: person };
    const made = await tenant.signed.call<{ session_id: string; created_at: string }>(
      "POST",
      "/api/chat/sessions",
      body,
    );
    expect(made.status, made.text).toBe(201);
    const { session_id: sessionId, created_at: createdAt } = made.body;
    const find = async (caller: ApiClient, query: string): Promise<string[]> => {
      const { status, body, text } = await caller.call<{ data: { session_id: string }[] }>(
        "GET",
        `/api/sessions?${query}`,
      );
      expect(status, text).toBe(200);
      return body.data.map(({ session_id }) => session_id);
    };
    const at = encodeURIComponent(createdAt);
    for (const participant of ["ada.watch@example.com", "ADA.WATCH%40example.com", "crm-4711"])
      expect(await find(viewer, `participant=${participant}`)).toEqual([sessionId]);
    for (const other of ["ada.watch", "crm-471", "crm-4711%25", "CRM-4711"])
      expect(await find(viewer, `participant=${other}`)).toEqual([]);
    expect(await find(viewer, `participant=crm-4711&from=${at}`)).toEqual([sessionId]);
    expect(await find(viewer, `participant=crm-4711&to=${at}`)).toEqual([]);
    expect(await find(viewer, "participant=crm-4711&from=2000-01-01&to=2999-12-31")).toEqual([sessionId]);
    expect(await find(viewer, "participant=crm-4711&status=completed")).toEqual([]);
    expect(await find(stranger.owner, "participant=crm-4711")).toEqual([]);
  });

  it("gets an error for an unknown filter, on every list", async () => {
    const lists = [
      "agents",
      "sessions",
      "escalations",
      "webhooks",
      "agents/guide/public-links",
      "agents/guide/versions",
    ];
    for (const list of lists) {
      const path = `/api/${list}`;
      expect((await tenant.owner.call("GET", `${path}?limit=5`)).status).toBe(200);
      const refused = await tenant.owner.call("GET", `${path}?limit=5&partcipant=x`);
      expect(refused.status, path).toBe(422);
      expect(refused.body).toMatchObject({ code: "validation_failed", errors: [{ rule: "unknown_field" }] });
    }
  });

  it("can read the state of a message: queued, running, answered as by send, stopped or failed", async () => {
    const body = { tenant_id: tenant.id, agent_id: agentId };
    const made = await tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", body);
    const path = `/api/chat/sessions/${made.body.session_id}`;
    const send = async (content: string) => {
      const headers = { prefer: "respond-async" };
      const message = { content, client_message_id: content };
      const sent = await tenant.signed.call<{ status_url: string; turn_id: string }>(
        "POST",
        `${path}/messages`,
        message,
        { headers },
      );
      expect(sent.status, sent.text).toBe(202);
      expect(sent.headers.get("location")).toBe(sent.body.status_url);
      return { ...sent.body, again: () => tenant.signed.call("POST", `${path}/messages`, message) };
    };
    const status = async (url: string) => (await tenant.signed.call<{ status: string }>("GET", url)).body;
    // Each takes some seconds: long enough to be seen running on a machine that stands still for one of them.
    const first = await send("slow a b c d e f g h i j k l m n o p q r s t u v w x");
    const second = await send("slow y z a b c d e f g h i j k l m n o p q r s t u v");
    await eventually(async () => expect(await status(first.status_url)).toMatchObject({ status: "running" }));
    expect(await status(second.status_url)).toEqual({
      turn_id: second.turn_id,
      session_id: made.body.session_id,
      status: "queued",
    });
    const done = await eventually(
      async () => {
        const answer = await status(first.status_url);
        expect(answer.status).toBe("completed");
        return answer;
      },
      { timeoutMs: 30_000 },
    );
    const { session_id: _id, status: _status, ...answer } = { session_id: "", ...done };
    expect(answer).toEqual((await first.again()).body);

    await eventually(async () => expect(await status(second.status_url)).toMatchObject({ status: "running" }));
    await tenant.signed.call("POST", `${path}/turns/${second.turn_id}/stop`);
    await eventually(async () => expect(await status(second.status_url)).toMatchObject({ status: "stopped" }), {
      timeoutMs: 20_000,
    });
    cluster.model.setFault((call) => (call.lastUserText === "fail" ? { type: "status", status: 400 } : null));
    const failed = await send("fail");
    await eventually(
      async () =>
        expect(await status(failed.status_url)).toMatchObject({
          status: "failed",
          error: { code: expect.any(String), status: expect.any(Number) },
        }),
      { timeoutMs: 30_000 },
    );
    expect((await tenant.signed.call("GET", `${path}/turns/${made.body.session_id}.1`)).status).toBe(404);
    const other = await tenant.signed.call<{ session_id: string }>("POST", "/api/chat/sessions", body);
    const foreign = `/api/chat/sessions/${other.body.session_id}/turns/${first.turn_id}`;
    expect((await tenant.signed.call("GET", foreign)).status).toBe(404);
  }, 90_000);

  it("lets the operator who has a session be seen typing, and nobody else", async () => {
    const visitor = await newVisitor(cluster, link);
    const reading = watch(visitor.stream());
    const [mine, others] = [await newToken("operator"), await newToken("operator")];
    expect((await visitor.post("escalate/{link}", {})).status).toBe(200);
    const queue = await mine.client.call<{ data: { id: string }[] }>(
      "GET",
      `/api/escalations?session_id=${visitor.sessionId}`,
    );
    const path = `/api/escalations/${queue.body.data[0]?.id}/typing`;
    expect((await mine.client.call("POST", path, { typing: true })).status).toBe(409);
    await mine.client.call("POST", path.replace("typing", "assign"), { name: "Mira" });
    expect((await mine.client.call("POST", path, { typing: true })).body).toEqual({ success: true });
    const shown = await reading.until(({ event }) => event === "typing");
    expect(shown).toMatchObject({ id: null, data: { type: "typing", who: "operator", active: true } });
    expect((await others.client.call("POST", path, { typing: true })).status).toBe(409);
    expect((await viewer.call("POST", path, { typing: true })).status).toBe(403);
    expect((await stranger.owner.call("POST", path, { typing: true })).status).toBe(404);
    expect((await mine.client.call("POST", path, { active: true })).status).toBe(422);
    const history = JSON.stringify(await visitor.history());
    expect(history).not.toContain("operator");
    // At once: one after the other they would be let in on a machine that is slower than the limit.
    const many = await Promise.all(Array.from({ length: 60 }, () => mine.client.call("POST", path, { typing: true })));
    const refused = many.find(({ status }) => status === 429);
    expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
    reading.leave();
  });
});
