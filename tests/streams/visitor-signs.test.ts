import { withPostgresClient } from "@parley/local-servers";
import { eventually, type ModelCall, type ModelFault, readEvents, type StreamedEvent } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from "vitest";
import { type Cluster, startCluster } from "../cluster/cluster.js";
import { ECHO } from "../cluster/documents.js";
import { createLink, createTenant, importAgent, type MadeLink, type Tenant } from "../cluster/owner.js";
import { newVisitor, type Visitor } from "./visitor.js";

interface Watcher {
  events: StreamedEvent[];
  /** The first event that fits, as soon as it is there. */
  until(fits: (event: StreamedEvent) => boolean): Promise<StreamedEvent>;
  leave(): void;
}

function watch(open: () => { url: string; headers: Record<string, string> }): Watcher {
  const events: StreamedEvent[] = [];
  const left = new AbortController();
  readEvents({ ...open(), signal: left.signal }, (event) => void events.push(event)).catch(() => undefined);
  return {
    events,
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

const WORDS = `long ${Array.from({ length: 60 }, (_, n) => `word${n}`).join(" ")}`;

describe("visitor actions other than messages", () => {
  let cluster: Cluster;
  let tenant: Tenant;
  let link: MadeLink;
  beforeAll(async () => {
    const faults = (call: ModelCall): ModelFault | null =>
      call.lastUserText.startsWith("long") ? { type: "slow", tokenDelayMs: 250 } : null;
    cluster = await startCluster({ shape: "distributed", model: { faults } });
    tenant = await createTenant(cluster, "Signs");
    await importAgent(tenant, "echo", ECHO);
    link = await createLink(tenant, "echo", {
      max_sessions: 100,
      max_messages_per_session: 50,
      rate_limit_per_minute: 100,
      proof_of_work: "off",
      recipient: { name: "Jo", email: "jo@example.com" },
    });
  }, 180_000);
  afterAll(() => cluster?.close(), 60_000);

  /** Begins an answer of many words and waits until the first of them are said. */
  const speaking = async (visitor: Visitor): Promise<{ watcher: Watcher; turnId: string }> => {
    const watcher = watch(visitor.stream);
    const body = { message: WORDS, client_message_id: "long" };
    const headers = { prefer: "respond-async" };
    const path = `/api/public/chat/${link.token}`;
    const sent = await visitor.client.call<{ turn_id: string }>("POST", path, body, { headers });
    expect(sent.status).toBe(202);
    const turnId = sent.body.turn_id;
    await watcher.until(({ event, data }) => event === "message.delta" && data.turn_id === turnId);
    return { watcher, turnId };
  };
  const endingsOf = (watcher: Watcher, turnId: string): StreamedEvent[] =>
    watcher.events.filter(({ event, data }) => ["quota", "error"].includes(event) && data.turn_id === turnId);

  it("shows what the link offers, and never the recipient's address", async () => {
    const visitor = await newVisitor(cluster, link);
    const shown = await visitor.client.call("GET", `/api/public/link/${link.token}`);
    expect(shown.body).toMatchObject({
      features: { stop: true, feedback: true, ratings: true, typing: true, files: false },
      ...{ recipient: { name: "Jo" }, pin_required: false, consent_text: null, access: "open", files: null },
    });
    expect(shown.text).not.toContain("jo@example.com");
  });

  it("stops an answer: its text so far stays, once, for every reader", async () => {
    onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
    const visitor = await newVisitor(cluster, link);
    const { watcher, turnId } = await speaking(visitor);
    const asked = await visitor.post("stop/{link}", { turn_id: turnId });
    expect(asked).toMatchObject({ status: 200, body: { stopped: true, turn_id: turnId } });
    const end = await watcher.until(({ event, data }) => event === "quota" && data.turn_id === turnId);
    expect(end.data).toMatchObject({ finish_reason: "stopped", message_count: 1 });
    const [, , answer] = await visitor.history();
    expect(answer).toMatchObject({ role: "assistant", finish_reason: "stopped", turn_id: turnId });
    expect(`echo(${WORDS})`.startsWith(answer?.content ?? "?")).toBe(true);
    expect(answer?.content.length).toBeLessThan(WORDS.length);
    const said = watcher.events.find(
      ({ event, data }) => event === "message" && data.role === "assistant" && data.turn_id === turnId,
    );
    expect(said?.data.content).toBe(answer?.content);
    const again = await visitor.post("stop/{link}", { turn_id: turnId });
    expect(again).toMatchObject({ status: 200, body: { stopped: false, turn_id: turnId } });
    expect((await visitor.post("stop/{link}", {})).body).toEqual({ stopped: false, turn_id: null });
    expect(await visitor.say("quick")).toBe("echo(quick)");
    expect(endingsOf(watcher, turnId)).toHaveLength(1);
    watcher.leave();
  });

  it("stops a turn once even if every runner is killed right after the request", async () => {
    onTestFailed(() => void process.stderr.write(`${cluster.report()}\n`));
    const visitor = await newVisitor(cluster, link);
    const { watcher, turnId } = await speaking(visitor);
    const runners = ["agent-runner-1", "agent-runner-2"].map((name) => cluster.child(name));
    // Frozen, they hear nothing of it: the row alone remembers.
    for (const runner of runners) runner.freeze();
    const path = `/api/chat/sessions/${visitor.sessionId}/turns/${turnId}/stop`;
    expect(await tenant.signed.call("POST", path)).toMatchObject({ status: 200, body: { stopped: true } });
    await Promise.all(runners.map((runner) => runner.kill()));
    for (const runner of runners) runner.start();
    await Promise.all(runners.map((runner) => runner.ready()));
    const end = await watcher.until(({ event, data }) => ["error", "quota"].includes(event) && data.turn_id === turnId);
    expect(end).toMatchObject({ event: "error", data: { code: "turn_stopped", message_count: 0 } });
    expect(await visitor.say("quick")).toBe("echo(quick)");
    expect(endingsOf(watcher, turnId)).toHaveLength(1);
    const session = await tenant.owner.call("GET", `/api/sessions/${visitor.sessionId}`);
    expect(session.body).toMatchObject({ message_count: 1 });
    watcher.leave();
  }, 90_000);

  it("notifies the other side of typing, and stores none of it", async () => {
    const visitor = await newVisitor(cluster, link);
    const mine = watch(visitor.stream);
    const theirs = watch(() => tenant.signed.stream(`/api/chat/sessions/${visitor.sessionId}/events`));
    await Promise.all([mine, theirs].map((watcher) => watcher.until(({ event }) => event === "connected")));
    // A stream goes live a moment after it was opened, and typing is not said twice.
    await eventually(async () => {
      expect((await visitor.post("typing/{link}", { active: true })).status).toBe(200);
      const path = `/api/chat/sessions/${visitor.sessionId}/typing`;
      expect((await tenant.signed.call("POST", path, { active: true })).status).toBe(200);
      expect(theirs.events).toContainEqual({
        id: null,
        event: "typing",
        data: { type: "typing", who: "visitor", active: true },
      });
      expect(mine.events).toContainEqual({
        id: null,
        event: "typing",
        data: { type: "typing", who: "agent", active: true },
      });
    });
    expect(mine.events.filter(({ data }) => data.who === "visitor")).toEqual([]);
    const polled = await visitor.client.call("GET", `/api/public/poll/${link.token}`);
    expect(polled.text).not.toContain("typing");
    expect((await visitor.post("typing/{link}", { active: "yes" })).status).toBe(422);
    mine.leave();
    theirs.leave();
  });

  it("accepts feedback until a day after the end; the latest counts, and the owner sees it", async () => {
    const visitor = await newVisitor(cluster, link);
    const feedback = (): Promise<unknown> =>
      tenant.owner.call("GET", `/api/sessions/${visitor.sessionId}`).then(({ body }) => body.feedback);
    expect(await feedback()).toBeNull();
    for (const wrong of [{ rating: 6 }, { rating: 0 }, { rating: 4.5 }, {}, { rating: 4, text: "x".repeat(1_001) }])
      expect((await visitor.post("feedback/{link}", wrong)).status).toBe(422);
    expect((await visitor.post("feedback/{link}", { rating: 2 })).status).toBe(200);
    await tenant.signed.call("DELETE", `/api/chat/sessions/${visitor.sessionId}`);
    expect((await visitor.post("feedback/{link}", { rating: 5, text: "Good after all." })).status).toBe(200);
    expect(await feedback()).toMatchObject({ rating: 5, text: "Good after all." });
    await withPostgresClient(cluster.database.adminUrl, (client) =>
      client.query("update text_conversations set ended_at = now() - interval '25 hours' where session_id = $1", [
        visitor.sessionId,
      ]),
    );
    expect(await visitor.post("feedback/{link}", { rating: 1 })).toMatchObject({
      status: 410,
      body: { code: "session_ended" },
    });
    expect(await feedback()).toMatchObject({ rating: 5 });
  });

  it("accepts ratings of answers by history id and by turn and part", async () => {
    const [visitor, other] = [await newVisitor(cluster, link), await newVisitor(cluster, link)];
    await visitor.say("one");
    const rate = (message: string, rating: unknown) => visitor.post(`rate/{link}/${message}`, { rating });
    const ratings = async (): Promise<unknown[]> => (await visitor.history()).map(({ rating }) => rating ?? null);
    const [greeting, question, answer] = await visitor.history();
    expect(await rate(greeting?.id ?? "", "up")).toMatchObject({ status: 200, body: { message_id: greeting?.id } });
    expect(await rate(`${answer?.turn_id}.0`, "down")).toMatchObject({ status: 200, body: { message_id: answer?.id } });
    expect(await ratings()).toEqual(["up", null, "down"]);
    const transcript = await tenant.owner.call<{ messages: { rating: unknown }[] }>(
      "GET",
      `/api/sessions/${visitor.sessionId}/transcript`,
    );
    expect(transcript.body.messages.map(({ rating }) => rating)).toEqual(["up", null, "down"]);
    expect((await rate(`${answer?.turn_id}.0`, null)).status).toBe(200);
    expect(await ratings()).toEqual(["up", null, null]);
    const [foreign] = await other.history();
    for (const unknown of [question?.id, foreign?.id, `${foreign?.turn_id}.0`, `${answer?.turn_id}.1`, "nonsense"])
      expect(await rate(unknown ?? "", "up")).toMatchObject({ status: 404, body: { code: "message_not_found" } });
    expect((await rate(greeting?.id ?? "", "great")).status).toBe(422);
  });

  it("refuses all of them without a session token", async () => {
    const calls = ["stop", "typing", "feedback"].map((name) => `/api/public/${name}/${link.token}`);
    const bodies = [{}, { active: true }, { rating: 3 }];
    for (const [n, path] of calls.entries()) {
      const answer = await fetch(`${cluster.gateways[0]}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(bodies[n]),
      });
      expect(answer.status).toBe(401);
    }
  });
});
