import {
  assignEscalation,
  closeEscalation,
  getSession,
  listEscalations,
  type Principal,
  replyEscalation,
} from "@parley/contracts";
import { sql } from "@parley/db";
import { createScriptedModel } from "@parley/llm";
import { eventually } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CrashingRunner, crashingRunner } from "./crashing-runner.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const LEASE_MS = 1_000;
/** Opens with words, is left by a timeout, then by a human: a timer, an escalation and a hand-back, each a turn that may be cut. */
const DOCUMENT = {
  agent: { name: "Reception" },
  workflow: {
    initial_node: "ask",
    nodes: [
      {
        id: "ask",
        proactive: true,
        static_text: "Hello?",
        transitions: [{ condition: "timeout:0.2s", target: "nudge" }],
      },
      {
        id: "nudge",
        proactive: true,
        static_text: "Still there?",
        transitions: [{ condition: "user_responded", target: "human" }],
      },
      {
        id: "human",
        type: "escalate",
        reason: "reception",
        static_text: "One moment.",
        transitions: [{ condition: "handed_back", target: "back" }],
      },
      {
        id: "back",
        proactive: true,
        static_text: "Back again.",
        transitions: [{ condition: "user_responded", target: "end" }],
      },
      { id: "end", type: "end_call" },
    ],
  },
};

let h: TurnHarness;
const children: CrashingRunner[] = [];
const healthy = () => h.runner(createScriptedModel({ paceMs: 0 }), { LEASE_MS, POLL_INTERVAL_MS: 100 });
const access = (sessionId: string) => ({ type: "hmac" as const, tenantId: h.tenantId, sessionId });

/** Runs until it ends itself at this point as `kill -9` would; resolves with the signal that ended it. */
function crashing(at: string): Promise<NodeJS.Signals | null> {
  const runner = crashingRunner(h, at, { MODEL: "scripted-echo", LEASE_MS: `${LEASE_MS}` });
  children.push(runner);
  return runner.ended;
}

const waits = async (sessionId: string): Promise<boolean> => {
  const { rows } = await h.db.tenant(h.tenantId, (trx) =>
    sql<{
      waits: boolean;
    }>`select next_seq > done_seq as waits from text_conversations where session_id = ${sessionId}`.execute(trx),
  );
  return rows[0]?.waits ?? false;
};

/** The turn that now waits is cut at `at`, then finished by a healthy runner. */
async function cut(sessionId: string, at: string): Promise<void> {
  expect(await crashing(at)).toBe("SIGKILL");
  const runner = await healthy();
  await eventually(async () => expect(await waits(sessionId)).toBe(false), { timeoutMs: 20_000 });
  await runner.stop();
}

beforeAll(async () => {
  h = await turnHarness();
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill();
  await h?.close();
}, 60_000);

describe("a session handed to a human and back", () => {
  it.each(["acquired", "before_commit", "committed"])(
    "sends every message once and has one escalation when every runner dies at %s",
    async (at) => {
      const starter = await healthy();
      const { sessionId } = await h.open(await h.agent(DOCUMENT));
      await starter.stop();

      await eventually(async () => {
        await h.db.query("select * from fire_timers(200)");
        expect(await waits(sessionId)).toBe(true);
      });
      await cut(sessionId, at);
      await h.accept(sessionId, "yes");
      await cut(sessionId, at);
      const principal: Principal = { tenantId: h.tenantId, role: "operator", via: "token", id: "mira" };
      const { data } = await h.bus.call(listEscalations, { principal, sessionId, limit: 10 });
      expect(data).toMatchObject([{ status: "open", requests: 1 }]);
      const mine = { principal, id: data[0]?.id ?? "", operator: "mira" };
      await h.accept(sessionId, "anybody?");
      await h.bus.call(assignEscalation, { ...mine, name: "Mira", transfer: false });
      await h.bus.call(replyEscalation, { ...mine, name: null, content: "Mira here." });
      await h.bus.call(closeEscalation, { ...mine, how: "hand_back", summary: null, endSession: false });
      // Two turns wait: the message that was written to the human, and the hand-back.
      await cut(sessionId, at);

      expect((await h.history(sessionId)).filter((line) => line.startsWith("assistant"))).toEqual([
        "assistant: Hello?",
        "assistant: Still there?",
        "assistant: One moment.",
        "assistant: Mira here.",
        "assistant: Back again.",
      ]);
      const { session } = await h.bus.call(getSession, { access: access(sessionId) });
      expect(session).toMatchObject({ node_id: "back", handled_by: "agent", message_count: 2, turns: 2 });
      const offsets = (await h.events(sessionId)).map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.map((_, n) => n + 1));
    },
    180_000,
  );
});
