import {
  assignEscalation,
  closeEscalation,
  dueSoon,
  type EscalationView,
  escalateSession,
  extendSession,
  getHistory,
  getSession,
  listEscalations,
  newId,
  type Principal,
  replyEscalation,
  SWEEPERS_KEY,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type Model, ModelError } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ECHO, heldModel, type TurnHarness, turnHarness } from "./turn-harness.js";

const SUPPORT = {
  agent: { name: "Support" },
  workflow: {
    initial_node: "talk",
    nodes: [
      { id: "talk", system_prompt: "Echo.", transitions: [{ condition: "contains:person", target: "human" }] },
      {
        id: "human",
        type: "escalate",
        reason: "asked for a person",
        static_text: "One moment.",
        transitions: [{ condition: "handed_back", target: "after" }],
      },
      {
        id: "after",
        proactive: true,
        static_text: "I am back.",
        transitions: [{ condition: "user_responded", target: "more" }],
      },
      { id: "more", system_prompt: "Go on.", transitions: [{ condition: "contains:goodbye", target: "end" }] },
      { id: "end", type: "end_call" },
    ],
  },
};

let h: TurnHarness;
const runners: { stop(): Promise<void> }[] = [];
const runner = async (...given: Parameters<TurnHarness["runner"]>): Promise<void> => {
  runners.push(await h.runner(...given));
};
const principal = (id: string): Principal => ({ tenantId: h.tenantId, role: "operator", via: "token", id });
const access = (sessionId: string) => ({ type: "hmac" as const, tenantId: h.tenantId, sessionId });
const assign = (id: string, who: string, more: { transfer?: boolean; name?: string } = {}) =>
  h.bus.call(assignEscalation, {
    principal: principal(who),
    id,
    operator: who,
    name: more.name ?? null,
    transfer: more.transfer ?? false,
  });
const say = (id: string, who: string, content: string, key?: string) =>
  h.bus.call(replyEscalation, {
    principal: principal(who),
    id,
    operator: who,
    name: null,
    content,
    idempotency: key === undefined ? null : { key, fingerprint: content },
  });
const close = (id: string, who: string, how: "resolve" | "hand_back", summary: string | null = null) =>
  h.bus.call(closeEscalation, { principal: principal(who), id, operator: who, how, summary, endSession: false });
const escalate = async (sessionId: string, reason: string | null = null): Promise<EscalationView> =>
  (await h.bus.call(escalateSession, { access: access(sessionId), source: "api", reason, metadata: {} })).escalation;
const escalationsOf = async (sessionId: string): Promise<EscalationView[]> =>
  (await h.bus.call(listEscalations, { principal: principal("x"), sessionId, limit: 50 })).data;
const session = async (sessionId: string) => (await h.bus.call(getSession, { access: access(sessionId) })).session;
const typesOf = async (sessionId: string): Promise<string[]> => (await h.events(sessionId)).map((event) => event.type);
const factsOf = async (sessionId: string): Promise<string[]> => {
  const { rows } = await h.db.tenant(h.tenantId, (trx) =>
    sql<{
      subject: string;
    }>`select subject from outbox where key = ${sessionId} and subject like '%escalat%' order by created_at`.execute(
      trx,
    ),
  );
  return rows.map(({ subject }) => subject.split(".").at(-1) ?? "");
};
const fire = () => h.db.query<{ looked: number; fired: { session_id: string }[] }>("select * from fire_timers(200)");
const quiet = async (sessionId: string): Promise<void> =>
  eventually(
    async () => {
      const { rows } = await h.db.tenant(h.tenantId, (trx) =>
        sql<{
          waits: boolean;
        }>`select next_seq > done_seq as waits from text_conversations where session_id = ${sessionId}`.execute(trx),
      );
      expect(rows).toEqual([{ waits: false }]);
    },
    { timeoutMs: 20_000 },
  );
const code = (wanted: string) => expect.objectContaining({ code: wanted });

function countingModel(): { model: Model; calls(): number; seen: string[] } {
  const echo = createScriptedModel({ paceMs: 0, echo: true });
  const seen: string[] = [];
  return {
    calls: () => seen.length,
    seen,
    model: {
      ...echo,
      reply(request, options) {
        seen.push(
          `${request.system}\n${request.messages.map(({ role, content }) => `${role}: ${content}`).join("\n")}`,
        );
        return echo.reply(request, options);
      },
    },
  };
}

beforeAll(async () => {
  h = await turnHarness();
}, 60_000);
afterEach(async () => {
  await Promise.all(runners.splice(0).map((one) => one.stop()));
});
afterAll(() => h?.close(), 60_000);

describe("an escalation opened by the workflow", () => {
  it("is committed with its turn, silences the agent with no model call, and continues via handed_back with the human's words", async () => {
    const counted = countingModel();
    await runner(counted.model);
    const { sessionId } = await h.open(await h.agent(SUPPORT));
    await h.send(sessionId, "hello");
    expect(await h.send(sessionId, "a person please")).toMatchObject({
      result: {
        ...{ response: "One moment.", node_id: "human", handled_by: "human" },
        escalation: { status: "waiting", since: null, assigned_name: null, reason: "asked for a person" },
      },
    });
    const [escalation] = await escalationsOf(sessionId);
    expect(escalation).toMatchObject({
      status: "open",
      source: "workflow",
      reason: "asked for a person",
      handled_by: "human",
    });
    if (!escalation) throw new Error("no escalation");
    const before = counted.calls();

    expect(await h.send(sessionId, "are you there?")).toMatchObject({
      status: "done",
      result: {
        ...{ response: "", messages: [], handled_by: "human" },
        escalation: { status: "waiting", since: escalation.created_at, reason: "asked for a person" },
      },
    });
    await assign(escalation.id, "mira", { name: "Mira" });
    await say(escalation.id, "mira", "Mira here.");
    expect(await h.send(sessionId, "good")).toMatchObject({ status: "done", result: { response: "" } });
    expect(counted.calls()).toBe(before);
    expect(await session(sessionId)).toMatchObject({
      handled_by: "human",
      operator_name: "Mira",
      turns: 4,
      message_count: 4,
    });

    await close(escalation.id, "mira", "hand_back", "Refund agreed.");
    await quiet(sessionId);
    expect(await h.history(sessionId)).toEqual([
      "user: hello",
      expect.stringContaining("assistant: "),
      "user: a person please",
      "assistant: One moment.",
      "user: are you there?",
      "assistant: Mira here.",
      "user: good",
      "assistant: I am back.",
    ]);
    expect(await session(sessionId)).toMatchObject({
      handled_by: "agent",
      operator_name: null,
      node_id: "after",
      message_count: 4,
    });
    const back = await h.send(sessionId, "what was agreed?");
    expect(back).toMatchObject({ status: "done", result: expect.not.objectContaining({ handled_by: "human" }) });
    expect(counted.seen.at(-1)).toContain("assistant: Mira here.");
    expect(counted.seen.at(-1)).toContain("Refund agreed.");
    expect(await factsOf(sessionId)).toEqual(["escalated", "escalation_assigned", "escalation_resolved"]);
    expect((await typesOf(sessionId)).filter((type) => type === "escalation" || type === "assignment")).toEqual([
      "escalation",
      "escalation",
      "assignment",
      "escalation",
      "assignment",
    ]);
  });

  it("lets the agent answer again after it is merely resolved", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(SUPPORT));
    await h.send(sessionId, "person");
    const [escalation] = await escalationsOf(sessionId);
    await close(escalation?.id ?? "", "mira", "resolve");
    expect(await h.send(sessionId, "so?")).toMatchObject({
      status: "done",
      result: { messages: [{ node_id: "human" }] },
    });
    await expect(close(escalation?.id ?? "", "mira", "resolve")).rejects.toEqual(code("escalation_resolved"));
  });

  it("ends with its session", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(ECHO));
    const escalation = await escalate(sessionId);
    await h.send(sessionId, "goodbye");
    expect(await escalationsOf(sessionId)).toMatchObject([
      { id: escalation.id, status: "resolved", outcome: "session_ended" },
    ]);
    await expect(assign(escalation.id, "a")).rejects.toEqual(code("escalation_resolved"));
    await expect(escalate(sessionId)).rejects.toEqual(code("session_ended"));
  });
});

describe("a requested escalation", () => {
  it("is joined by a second request, which never takes it from its assignee", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(ECHO));
    const asked = await Promise.all(Array.from({ length: 8 }, () => escalate(sessionId, "help")));
    expect(new Set(asked.map(({ id }) => id)).size).toBe(1);
    const id = asked[0]?.id ?? "";
    // Until somebody takes it the agent continues answering.
    expect(await h.send(sessionId, "hm")).toMatchObject({ result: { messages: [{ node_id: "talk" }] } });
    await assign(id, "mira");
    expect(await escalate(sessionId)).toMatchObject({ id, status: "assigned", assigned_to: "mira", requests: 9 });
    expect((await typesOf(sessionId)).filter((type) => type === "escalation")).toHaveLength(2);
    expect(await factsOf(sessionId)).toEqual(["escalated", "escalation_assigned"]);
  });

  it("is assigned to exactly one of twenty concurrent takers, and changes hands only by transfer", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(ECHO));
    const { id } = await escalate(sessionId);
    const taken = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => assign(id, `operator-${n}`)));
    expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of taken) if (one.status === "rejected") expect(one.reason).toEqual(code("escalation_assigned"));
    const [{ assigned_to: winner } = { assigned_to: null }] = await escalationsOf(sessionId);
    expect((await typesOf(sessionId)).filter((type) => type === "assignment")).toHaveLength(1);
    await expect(say(id, "somebody", "me too")).rejects.toEqual(code("escalation_assigned"));
    await expect(close(id, "somebody", "hand_back")).rejects.toEqual(code("escalation_assigned"));
    expect((await assign(id, winner ?? "")).escalation).toMatchObject({ assigned_to: winner });
    expect((await assign(id, "boss", { transfer: true })).escalation).toMatchObject({ assigned_to: "boss" });
    await expect(say(id, winner ?? "", "still me")).rejects.toEqual(code("escalation_assigned"));
    await say(id, "boss", "My case now.");
  });

  it("refuses replies before it is assigned, and refuses viewers", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(ECHO));
    const { id } = await escalate(sessionId);
    await expect(say(id, "mira", "hello")).rejects.toEqual(code("escalation_not_assigned"));
    const viewer: Principal = { ...principal("v"), role: "viewer" };
    await expect(
      h.bus.call(assignEscalation, { principal: viewer, id, operator: "v", name: null, transfer: false }),
    ).rejects.toEqual(code("forbidden"));
    const stranger: Principal = { ...principal("s"), tenantId: newId() };
    await expect(
      h.bus.call(assignEscalation, { principal: stranger, id, operator: "s", name: null, transfer: false }),
    ).rejects.toEqual(code("escalation_not_found"));
  });
});

describe("a human and the agent in one session", () => {
  it("never both answer: a takeover fences the agent's running turn, and its message waits for the human", async () => {
    const held = heldModel();
    await runner(held.model, { LEASE_MS: 1_000, POLL_INTERVAL_MS: 100 });
    const { sessionId } = await h.open(await h.agent(ECHO));
    const { turnId } = await h.accept(sessionId, "my question");
    await eventually(() => expect(held.calls()).toBe(1));
    const { id } = await escalate(sessionId);
    await assign(id, "mira");
    await say(id, "mira", "I answer this.");
    held.open();
    expect(await h.settled(sessionId, turnId)).toMatchObject({
      status: "done",
      result: { response: "", messages: [] },
    });
    await quiet(sessionId);
    const said = await h.history(sessionId);
    expect(said.filter((line) => line.startsWith("assistant: "))).toEqual([
      "assistant: Welcome.",
      "assistant: I answer this.",
    ]);
    expect(said.filter((line) => line === "user: my question")).toHaveLength(1);
    expect(held.calls()).toBe(1);
  });

  it("send each human reply once, however often and concurrently it is repeated with its key", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(ECHO));
    const { id } = await escalate(sessionId);
    await assign(id, "mira", { name: "Mira" });
    const sent = await Promise.all(Array.from({ length: 10 }, () => say(id, "mira", "Once.", "key-1")));
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(1);
    expect(sent.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await expect(say(id, "mira", "Other.", "key-1")).rejects.toEqual(code("idempotency_key_reused"));
    const page = await h.bus.call(getHistory, { access: access(sessionId), limit: 50, cursor: null });
    expect(page.data.filter(({ content }) => content === "Once.")).toMatchObject([
      { role: "assistant", author: "human", author_name: "Mira", id: sent[0]?.messageId },
    ]);
    const messages = (await h.events(sessionId)).filter((event) => JSON.stringify(event).includes('"author":"human"'));
    expect(messages).toHaveLength(1);
  });

  it("do not disturb each other's order: concurrent messages and replies all stay, once, without gaps", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(ECHO));
    const { id } = await escalate(sessionId);
    await assign(id, "mira");
    await Promise.all([
      ...Array.from({ length: 8 }, (_, n) => h.accept(sessionId, `visitor ${n}`)),
      ...Array.from({ length: 8 }, (_, n) => say(id, "mira", `human ${n}`, `k${n}`)),
    ]);
    await quiet(sessionId);
    const page = await h.bus.call(getHistory, { access: access(sessionId), limit: 50, cursor: null });
    expect(page.data.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 17 }, (_, n) => n + 1));
    expect(page.data.filter(({ role }) => role === "user")).toHaveLength(8);
    const offsets = (await h.events(sessionId)).map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.map((_, n) => n + 1));
  });
});

describe("failed turns", () => {
  it("request a human once, after the configured number in a row", async () => {
    const failing: Model = {
      ...createScriptedModel({ paceMs: 0, echo: true }),
      reply: () => Promise.reject(new ModelError("model_unavailable", "down")),
    };
    await runner(failing, { ESCALATE_AFTER_FAILED_TURNS: 2 });
    const { sessionId } = await h.open(await h.agent(ECHO));
    await h.send(sessionId, "one");
    expect(await escalationsOf(sessionId)).toEqual([]);
    await h.send(sessionId, "two");
    await h.send(sessionId, "three");
    expect(await escalationsOf(sessionId)).toMatchObject([
      { status: "open", source: "failed_turns", handled_by: "agent" },
    ]);
    const offsets = (await h.events(sessionId)).map(({ offset }) => offset);
    expect(offsets).toEqual(offsets.map((_, n) => n + 1));
  });
});

const WAITING = (seconds: number) => ({
  agent: { name: "Waiting" },
  workflow: {
    initial_node: "ask",
    nodes: [
      {
        id: "ask",
        proactive: true,
        static_text: "Still there?",
        transitions: [
          { condition: "contains:stay", target: "ask" },
          { condition: `timeout:${seconds}s`, target: "nudge" },
        ],
      },
      {
        id: "nudge",
        proactive: true,
        static_text: "I close now.",
        transitions: [{ condition: "always", target: "end" }],
      },
      { id: "end", type: "end_call" },
    ],
  },
});

describe("workflow timeouts", () => {
  it("move the session and push their text once with four concurrent sweepers, use no message, and stop after the end", async () => {
    await runner();
    // Longer than a slow machine needs from the node to the first look.
    const { sessionId } = await h.open(await h.agent(WAITING(4)));
    expect((await fire())[0]?.fired.map(({ session_id }) => session_id)).not.toContain(sessionId);
    await eventually(
      async () => {
        await Promise.all([fire(), fire(), fire(), fire()]);
        expect(await session(sessionId)).toMatchObject({ status: "completed" });
      },
      { timeoutMs: 20_000 },
    );
    await fire();
    expect(await h.history(sessionId)).toEqual(["assistant: Still there?", "assistant: I close now."]);
    expect(await session(sessionId)).toMatchObject({ message_count: 0, turns: 0, end_reason: "workflow_ended" });
    const { rows } = await h.db.tenant(h.tenantId, (trx) =>
      sql<{
        kind: string;
        status: string;
      }>`select t.kind, t.status from session_turns t join text_conversations c on c.id = t.conversation_id
        where c.session_id = ${sessionId} order by seq`.execute(trx),
    );
    expect(rows).toEqual([
      { kind: "open", status: "done" },
      { kind: "timer", status: "done" },
    ]);
  });

  it("are announced to the sweepers, while turns without a timeout are not", async () => {
    let told = 0;
    const stop = h.bus.listenLive(dueSoon, SWEEPERS_KEY, () => {
      told += 1;
    });
    await runner();
    const { sessionId } = await h.open(await h.agent(ECHO));
    await h.send(sessionId, "hello");
    expect(told).toBe(0);
    await h.open(await h.agent(WAITING(600)));
    await eventually(async () => expect(told).toBe(1));
    stop();
  });

  it("say nothing when a human took over the session before their turn ran", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(WAITING(1)));
    await Promise.all(runners.splice(0).map((one) => one.stop()));
    await eventually(async () => {
      await fire();
      const { rows } = await h.db.tenant(h.tenantId, (trx) =>
        sql<{ kind: string }>`select kind from session_turns t join text_conversations c on c.id = t.conversation_id
          where c.session_id = ${sessionId} and t.status = 'pending'`.execute(trx),
      );
      expect(rows).toEqual([{ kind: "timer" }]);
    });
    const { id } = await escalate(sessionId);
    await assign(id, "mira");
    await runner();
    await quiet(sessionId);
    expect(await h.history(sessionId)).toEqual(["assistant: Still there?"]);
    expect(await session(sessionId)).toMatchObject({ status: "active", node_id: "ask", handled_by: "human" });
  });

  it("restart when the node is entered again, and do not fire while a human has the session", async () => {
    await runner();
    const agentId = await h.agent(WAITING(600));
    const due = async (sessionId: string): Promise<Date | null> => {
      const { rows } = await h.db.tenant(h.tenantId, (trx) =>
        sql<{
          due: Date | null;
        }>`select timer_due_at as due from text_conversations where session_id = ${sessionId}`.execute(trx),
      );
      return rows[0]?.due ?? null;
    };
    const { sessionId } = await h.open(agentId);
    const first = await due(sessionId);
    await h.send(sessionId, "stay");
    expect((await due(sessionId))?.getTime()).toBeGreaterThan(first?.getTime() ?? Number.POSITIVE_INFINITY);
    const { id } = await escalate(sessionId);
    await assign(id, "mira");
    expect(await due(sessionId)).toBeNull();
    await h.send(sessionId, "to the human");
    expect(await due(sessionId)).toBeNull();
    await close(id, "mira", "hand_back");
    await quiet(sessionId);
    expect(await due(sessionId)).not.toBeNull();
  });
});

describe("extending a session", () => {
  it("moves its idle expiry once per idempotency key and is refused after the end", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(ECHO));
    const extend = (key: string | null) =>
      h.bus.call(extendSession, {
        access: access(sessionId),
        minutes: 30,
        idempotency: key === null ? null : { key, fingerprint: "30" },
      });
    const first = await extend("a");
    expect(await extend("a")).toEqual({ ...first, replayed: true });
    const second = await extend("b");
    const minutes = (Date.parse(second.idleExpiresAt) - Date.parse(first.idleExpiresAt)) / 60_000;
    expect(minutes).toBe(30);
    await h.send(sessionId, "goodbye");
    await expect(extend("c")).rejects.toEqual(code("session_ended"));
  });
});
