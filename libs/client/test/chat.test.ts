import { describe, expect, it } from "vitest";
import { createChat, type ParleyClient, ParleyError, type SendOptions } from "../src/index.js";

type Calls = Pick<ParleyClient["sessions"], "create" | "send" | "end">;

const place = { node_id: "n", node_name: "Node", transitions: [], turn_id: "t", messages: [] };
const usage = { input_tokens: 0, output_tokens: 0, cost: null };
const created = {
  ...{ ...place, usage, session_id: "text_1", conversation_id: "c", status: "active" as const, initial_node_id: "n" },
  ...{ initial_node_name: null, agent_config_version: 1, is_active_version: true, initial_message: "Welcome" },
  ...{ created_at: "2026-01-01T00:00:00.000Z", expires_at: null },
};
const turn = (response: string) => ({
  ...{ ...place, usage, response, previous_node_id: "n", previous_node_name: null, transition: null },
  ...{
    extracted_variables: null,
    session_ended: false,
    turn_number: 1,
    latency_ms: 5,
    remaining_messages: null,
    finish_reason: "complete" as const,
    handled_by: "agent" as const,
  },
});
const closed = { success: true as const, conversation_id: "c", final_node_id: "n", final_node_name: null };

/** A chat whose sends are answered by hand: what the store shows in between is the point. */
function chatWith(send: (content: string, options: SendOptions) => Promise<ReturnType<typeof turn>>) {
  const sessions: Calls = {
    create: async () => created,
    send: (_id, content, options = {}) => send(content, options),
    end: async () => ({ ...closed, total_turns: 1, total_transitions: 0 }),
  };
  return createChat({ sessions }, { tenant_id: "t", agent_id: "a" });
}

const shown = (chat: ReturnType<typeof createChat>) =>
  chat.getSnapshot().messages.map(({ role, content, status }) => `${role} ${status}: ${content}`);

describe("the chat store", () => {
  it("shows a message at once, the answer while it streams, and exactly one answer in the end", async () => {
    const states: string[][] = [];
    const chat = chatWith(async (content, { onDelta }) => {
      states.push(shown(chat));
      onDelta?.({ turnId: "t", part: 0, text: "Hi", textSoFar: "Hi" });
      states.push(shown(chat));
      return turn(`Hi, ${content}`);
    });
    await chat.startSession();
    const unsubscribe = chat.subscribe(() => undefined);
    await chat.sendMessage("Jack");
    unsubscribe();
    expect(states).toEqual([
      ["assistant sent: Welcome", "user sending: Jack"],
      ["assistant sent: Welcome", "user sending: Jack", "assistant streaming: Hi"],
    ]);
    expect(shown(chat)).toEqual(["assistant sent: Welcome", "user sent: Jack", "assistant sent: Hi, Jack"]);
    expect(chat.getSnapshot()).toMatchObject({ currentNodeName: "Node", isLoading: false, error: null });
    expect(chat.getSnapshot()).toBe(chat.getSnapshot());
  });

  it("sends a failed message again under its id, and under a new one when its turn is lost for good", async () => {
    const ids: (string | undefined)[] = [];
    const failures = ["network_error", "model_unavailable"];
    const chat = chatWith(async (_content, { clientMessageId }) => {
      ids.push(clientMessageId);
      const code = failures.shift();
      if (code !== undefined) throw new ParleyError({ status: 0, code, detail: "Not now." });
      return turn("There you are");
    });
    await chat.startSession();
    await chat.sendMessage("hello");
    expect(chat.getSnapshot()).toMatchObject({ error: "Not now.", isLoading: false });
    await chat.retry();
    await chat.retry();
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[1]);
    expect(shown(chat).slice(1)).toEqual(["user sent: hello", "assistant sent: There you are"]);
  });

  it("opens a new session after one has ended, and sends the message that was refused there", async () => {
    const asked: string[] = [];
    const chat = chatWith(async (content) => {
      asked.push(content);
      if (asked.length === 1) throw new ParleyError({ status: 410, code: "session_ended", detail: "Over." });
      return turn(`You said ${content}`);
    });
    await chat.startSession();
    await chat.startSession();
    await chat.sendMessage("hello");
    await chat.startSession();
    expect(shown(chat)).toEqual(["assistant sent: Welcome", "user failed: hello"]);
    expect(chat.getSnapshot()).toMatchObject({ sessionEnded: false, error: null });
    await chat.retry();
    expect(shown(chat).slice(1)).toEqual(["user sent: hello", "assistant sent: You said hello"]);
    expect(asked).toEqual(["hello", "hello"]);
  });

  it("recognises the end of a session from a 410 and from its end event", async () => {
    const chat = chatWith(async () => {
      throw new ParleyError({ status: 410, code: "session_ended", detail: "Over." });
    });
    await chat.startSession();
    await chat.sendMessage("hello");
    expect(chat.getSnapshot()).toMatchObject({ sessionEnded: true, error: "Over." });
    const other = chatWith(async () => turn("x"));
    await other.startSession();
    await other.endSession();
    expect(other.getSnapshot().sessionEnded).toBe(true);
  });
});
