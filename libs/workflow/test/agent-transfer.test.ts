import { describe, expect, it } from "vitest";
import { documentOf, end, modelCallsOf, type Node, Session, to } from "./session.js";

const transfer = (target: string, more: Partial<Extract<Node, { type: "agent_transfer" }>> = {}): Node => ({
  id: "over",
  type: "agent_transfer",
  target_agent_id: target,
  ...more,
});
const front = (target: string, more: Parameters<typeof transfer>[1] = {}) =>
  documentOf(
    [
      { id: "front", name: "Front", system_prompt: "Front", transitions: to(["contains:sales", "over"]) },
      transfer(target, more),
      end,
    ],
    { max_transitions: 7 },
  );
const sales = documentOf([
  { id: "hello", proactive: true, static_text: "Sales, {{name}}.", transitions: to(["always", "sell"]) },
  { id: "sell", name: "Sell", system_prompt: "Sell to {{name}}", transitions: to(["contains:bye", "end"]) },
  end,
]);
const agents = { sales };

const start = (document = front("sales"), known: typeof agents | Record<string, typeof sales> = agents) => {
  const session = new Session(document, { agents: known }, { name: "Jo" });
  session.open();
  return session;
};

describe("agent_transfer", () => {
  it("continues in the target's first node within the turn, with the variables", () => {
    const session = start(front("sales", { transfer_message: "One moment, {{name}}." }));
    const { outcome, path } = session.say("sales");
    expect(path).toEqual(["front>over (contains:sales)", "over>hello (agent_transfer)", "hello>sell (always)"]);
    expect(outcome).toMatchObject({
      response: "One moment, Jo. Sales, Jo.",
      node_id: "sell",
      node_name: "Sell",
      previous_node_id: "front",
      previous_node_name: "Front",
      session_ended: false,
    });
    expect(outcome.messages.map(({ node_id }) => node_id)).toEqual(["over", "hello"]);
    expect(session.state).toMatchObject({ agent: { agentId: "sales", version: 1 }, transfers: 1, turn: null });
  });

  it("stays there: the next message is answered by the target's node", () => {
    const session = start();
    session.say("sales");
    expect(session.say("hi").calls).toMatchObject([
      { type: "llm.reply", nodeId: "sell", system: "Sell to [name]", values: { name: "Jo" } },
    ]);
    expect(session.say("bye").outcome.session_ended).toBe(true);
  });

  it("runs the exit actions of its own node and the entry actions of the target's first", () => {
    const target = documentOf([
      {
        id: "t",
        system_prompt: "{{from}}",
        actions: { on_entry: ["log:entered from {{from}}"] },
        transitions: to(["contains:bye", "end"]),
      },
      end,
    ]);
    const session = start(front("t", { actions: { on_exit: ["set:from=front"] } }), { t: target });
    expect(session.say("sales").effects).toContainEqual(
      expect.objectContaining({ type: "action.log", nodeId: "t", text: "entered from front" }),
    );
  });

  it("shows the target only messages from this turn on, and all with transfer_context", () => {
    const visible = (transfer_context: boolean): (number | undefined)[] => {
      const target = documentOf([{ id: "t", system_prompt: "T", transitions: to(["contains:bye", "end"]) }, end]);
      const session = start(front("t", { transfer_context }), { t: target });
      session.say("one");
      session.say("two");
      return [session.say("sales"), session.say("more"), session.say("and more")].flatMap((turn) =>
        modelCallsOf(turn).map(({ ownMessages }) => ownMessages),
      );
    };
    // The message itself; then it, the answer and the next one; and so on.
    expect(visible(false)).toEqual([1, 3, 5]);
    expect(visible(true)).toEqual([undefined, undefined, undefined]);
  });

  it.each(["nobody", "  sales"])("acts like end_call when there is no agent %j", (target) => {
    const session = start(front(target, { transfer_message: "One moment." }));
    const turn = session.say("sales");
    expect(turn.outcome).toMatchObject({ session_ended: true, node_id: "over", response: "" });
    expect(turn.effects).toContainEqual(expect.objectContaining({ type: "warning", code: "transfer_failed" }));
    expect(session.say("hello?").failed).toBe("session_ended");
  });

  it("is made three times in a session at most; the fourth acts like end_call without a call", () => {
    const circle = documentOf([
      { id: "in", static_text: "in", transitions: to(["contains:next", "over"]) },
      transfer("circle"),
      end,
    ]);
    const session = start(circle, { circle });
    for (const transfers of [1, 2, 3]) {
      expect(session.say("next").outcome.session_ended).toBe(false);
      expect(session.state.transfers).toBe(transfers);
    }
    const last = session.say("next");
    expect(last.calls).toEqual([]);
    expect(last.outcome).toMatchObject({ session_ended: true, node_id: "over" });
  });

  it("cannot prolong a turn forever: agents that transfer to each other end", () => {
    const loop = documentOf([
      { id: "a", static_text: "a", transitions: to(["always", "over"]) },
      transfer("loop"),
      end,
    ]);
    const session = new Session(loop, { agents: { loop } });
    expect(session.open().outcome).toMatchObject({ session_ended: true, transitions: { length: 7 } });
  });

  it("has no effect when a later call fails the turn", () => {
    const target = documentOf([{ id: "t", system_prompt: "T", transitions: to(["contains:bye", "end"]) }, end]);
    const session = start(front("t"), { t: target });
    session.answers = { ...session.answers, reply: () => ({ failed: "model_unavailable" }) };
    expect(session.say("sales").failed).toBe("model_unavailable");
    expect(session.state).toMatchObject({ nodeId: "front" });
    expect(session.state.agent).toBeUndefined();
  });
});
