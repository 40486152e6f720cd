import {
  assignEscalation,
  escalateSession,
  getSession,
  listEscalations,
  type Principal,
  traceSession,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel, type Model, ModelError } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { heldModel, type TurnHarness, turnHarness } from "./turn-harness.js";

const SUPPORT = {
  agent: { name: "Support" },
  workflow: {
    initial_node: "talk",
    nodes: [
      { id: "talk", system_prompt: "Echo.", transitions: [{ condition: "contains:person", target: "human" }] },
      { id: "human", type: "escalate", reason: "asked for a person", static_text: "One moment." },
    ],
  },
};

let h: TurnHarness;
const runners: { stop(): Promise<void> }[] = [];
const runner = async (...given: Parameters<TurnHarness["runner"]>): Promise<void> => {
  runners.push(await h.runner(...given));
};
const principal = (): Principal => ({ tenantId: h.tenantId, role: "operator", via: "token", id: "mira" });
const access = (sessionId: string) => ({ type: "hmac" as const, tenantId: h.tenantId, sessionId });
const assign = (id: string, operator: string) =>
  h.bus.call(assignEscalation, { principal: principal(), id, operator, name: null, transfer: false });
const escalate = (sessionId: string) =>
  h.bus.call(escalateSession, { access: access(sessionId), source: "api", reason: null, metadata: {} });
const escalationsOf = async (sessionId: string) =>
  (await h.bus.call(listEscalations, { principal: principal(), sessionId, limit: 50 })).data;
const session = async (sessionId: string) => (await h.bus.call(getSession, { access: access(sessionId) })).session;
const code = (wanted: string) => expect.objectContaining({ code: wanted });

beforeAll(async () => {
  h = await turnHarness();
}, 60_000);
afterEach(async () => {
  await Promise.all(runners.splice(0).map((one) => one.stop()));
});
afterAll(() => h?.close(), 60_000);

describe("the escalation settings of an agent document", () => {
  const document = (escalation: object) => ({ ...SUPPORT, workflow: { ...SUPPORT.workflow, escalation } });

  it("let the agent answer while the visitor waits for a human, but not once one has taken over", async () => {
    await runner();
    const { sessionId } = await h.open(await h.agent(document({ while_waiting: "answer" })));
    const asked = await h.send(sessionId, "a person please");
    expect(asked).toMatchObject({ result: expect.not.objectContaining({ handled_by: "human" }) });
    expect(await session(sessionId)).toMatchObject({ handled_by: "agent", escalation: { status: "waiting" } });
    expect(await h.send(sessionId, "are you there?")).toMatchObject({ status: "done" });
    const [one, ...others] = await escalationsOf(sessionId);
    expect([one?.source, others]).toEqual(["workflow", []]);
    await assign(one?.id ?? "", "mira");
    expect(await h.send(sessionId, "hello?")).toMatchObject({ result: { response: "", handled_by: "human" } });
  });

  it("silence the agent, including its running turn, as soon as a visitor asks for a human", async () => {
    const held = heldModel();
    await runner(held.model, { LEASE_MS: 1_000, POLL_INTERVAL_MS: 100 });
    const { sessionId } = await h.open(await h.agent(document({ while_waiting: "silent" })));
    const { turnId } = await h.accept(sessionId, "my question");
    await eventually(() => expect(held.calls()).toBe(1));
    await escalate(sessionId);
    held.open();
    expect(await h.settled(sessionId, turnId)).toMatchObject({ result: { response: "", handled_by: "human" } });
    expect(await session(sessionId)).toMatchObject({ handled_by: "human", escalation: { status: "waiting" } });
  });

  it("determine after how many failed turns this agent escalates", async () => {
    const failing: Model = {
      ...createScriptedModel({ paceMs: 0, echo: true }),
      reply: () => Promise.reject(new ModelError("model_unavailable", "down")),
    };
    await runner(failing, { ESCALATE_AFTER_FAILED_TURNS: 5 });
    const { sessionId } = await h.open(await h.agent(document({ failed_turns: 1 })));
    await h.send(sessionId, "one");
    await h.send(sessionId, "two");
    expect(await escalationsOf(sessionId)).toMatchObject([{ source: "failed_turns", requests: 1 }]);
    const never = await h.open(await h.agent(document({ failed_turns: 0 })));
    for (const text of ["1", "2", "3", "4", "5", "6"]) await h.send(never.sessionId, text);
    expect(await escalationsOf(never.sessionId)).toEqual([]);
  });

  it("request a human after a set number of upset messages in a row, while the agent continues", async () => {
    await runner(createScriptedModel({ paceMs: 0, echo: true }));
    const upset = async (escalation: object): Promise<string> => {
      const { sessionId } = await h.open(await h.agent(document(escalation)));
      await h.send(sessionId, "This is useless");
      await h.send(sessionId, "When do you open?");
      await h.send(sessionId, "You are no help, I am angry");
      expect(await escalationsOf(sessionId)).toEqual([]);
      await h.send(sessionId, "I have had enough of this");
      return sessionId;
    };
    const waiting = await upset({ negative_turns: 2 });
    expect(await escalationsOf(waiting)).toMatchObject([
      { source: "sentiment", status: "open", reason: null, handled_by: "agent", requests: 1 },
    ]);
    expect(await h.send(waiting, "hello?")).toMatchObject({ result: { messages: [{ node_id: "talk" }] } });
    const silent = await upset({ negative_turns: 2, while_waiting: "silent" });
    expect(await h.send(silent, "hello?")).toMatchObject({ result: { response: "", handled_by: "human" } });
    // Where the document does not ask for it nobody looks: an ordinary turn makes one call.
    const calm = await upset({ on_limit: true });
    expect(await escalationsOf(calm)).toEqual([]);
    const { turns } = await h.bus.call(traceSession, { access: access(calm), after: 0, limit: 10 });
    expect(turns.slice(1).map(({ calls }) => calls.map(({ type }) => type))).toEqual(Array(4).fill(["llm.reply"]));
  });

  it("request a human once, with the last message that a session may have", async () => {
    await runner();
    const limited = async (escalation: object): Promise<string> => {
      const { sessionId } = await h.open(await h.agent(document(escalation)));
      await h.db.tenant(h.tenantId, (trx) =>
        sql`update text_conversations set max_messages = 2 where session_id = ${sessionId}`.execute(trx),
      );
      await h.send(sessionId, "one");
      expect(await escalationsOf(sessionId)).toEqual([]);
      expect(await h.send(sessionId, "two")).toMatchObject({ result: { messages: [{ node_id: "talk" }] } });
      await expect(h.send(sessionId, "three")).rejects.toEqual(code("messages_exhausted"));
      return sessionId;
    };
    expect(await escalationsOf(await limited({ on_limit: true }))).toMatchObject([
      { source: "limits", status: "open", handled_by: "agent", requests: 1 },
    ]);
    // Only where the document says so.
    for (const silent of [{}, { on_limit: false }]) expect(await escalationsOf(await limited(silent))).toEqual([]);
  });
});
