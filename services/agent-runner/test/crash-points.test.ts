import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createSession, linkPolicy, newId, runTurns } from "@parley/contracts";
import { createScriptedModel } from "@parley/llm";
import { type PostgresClient, withPostgresClient } from "@parley/local-servers";
import { loadConfig } from "@parley/runtime";
import { eventually } from "@parley/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { runnerConfig } from "../src/index.js";
import { type CrashingRunner, crashingRunner } from "./crashing-runner.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const DOCUMENT: unknown = JSON.parse(readFileSync(`${ROOT}/examples/agents/clinic-desk.json`, "utf8"));
/** Extracts and replies, then classifies and replies: every kind of model call. */
const SAID = ["My name is Jack and my zip code is 30301", "I'd like to schedule an appointment"];
const LAST = "cancel";
const LEASE_MS = 1_000;

/** Every gap between two effects: of the opening, of a message, and of a message whose session was taken over once before. */
const POINTS = [
  ...["acquired:1", "before_commit:1", "committed:1", "announced:1"],
  ...["acquired:2", "before_call:1", "after_call:1", "before_call:2", "after_call:2", "before_commit:2", "committed:2"],
  ...[
    "announced:2",
    "before_call:3",
    "after_call:3",
    "before_call:4",
    "after_call:4",
    "before_commit:3",
    "committed:3",
  ],
];

/** The same where the lease comes with the message: from the third turn on, because the second one still counts the session. */
const GRANTED_POINTS = [
  ...["acquired:2", "committed:2", "acquired:3", "before_call:3", "after_call:4", "before_commit:3", "committed:3"],
  "announced:3",
];

describe.each([
  { kind: "a link with a budget", budget: true, points: POINTS },
  { kind: "a link without a budget", budget: false, points: GRANTED_POINTS },
])("a runner killed between two effects of a turn, in a session of $kind", ({ budget, points }) => {
  let h: TurnHarness;
  let agentId: string;
  let undisturbed: Trace;
  const children: CrashingRunner[] = [];
  const healthy = () => h.runner(createScriptedModel({ paceMs: 0, echo: true }), { LEASE_MS, POLL_INTERVAL_MS: 100 });
  beforeAll(async () => {
    h = await turnHarness();
    const runner = await healthy();
    agentId = await h.agent(DOCUMENT);
    const conversation = await converse();
    await say(h, conversation.sessionId, LAST);
    undisturbed = await traceOf(h, conversation);
    await runner.stop();
  }, 120_000);
  // One that is left over would take the turns of the next test and die of them.
  afterEach(() => {
    for (const child of children.splice(0)) child.kill();
  });
  afterAll(() => h?.close(), 60_000);

  /** A runner of its own that ends itself at this point; resolves with the signal that ended it. */
  const crashing = (at: string): Promise<NodeJS.Signals | null> => {
    const runner = crashingRunner(h, at, { MODEL: "scripted-echo", LEASE_MS: `${LEASE_MS}` });
    children.push(runner);
    return runner.ended;
  };

  /** Opens a session of a link and says everything, each when what came before it is settled. */
  const converse = async (): Promise<Conversation> => {
    const linkId = await makeLink(h, agentId, budget);
    // The runner that starts answers first which version the agent has.
    const made = await eventually(
      () =>
        h.bus.call(createSession, {
          ...{ tenantId: h.tenantId, agentId, version: null, metadata: {}, participantVerified: false },
          ...{ replyTo: "test", link: policyOf(h, { linkId, agentId }) },
        }),
      { timeoutMs: 60_000 },
    );
    const { sessionId, conversationId } = made;
    await h.settled(sessionId, made.turnId);
    for (const text of SAID) await say(h, sessionId, text);
    return { sessionId, conversationId, linkId };
  };

  it("is compared with an undisturbed run of replies, transitions, variables and charges", () => {
    expect(undisturbed.turns.map(({ status }) => status)).toEqual(["done", "done", "done", "done"]);
    expect(undisturbed.calls[0]?.calls).toBeGreaterThanOrEqual(4);
    expect(undisturbed.transitions.length).toBeGreaterThan(4);
    expect(undisturbed.variables.length).toBeGreaterThan(1);
    expect(Number(undisturbed.charged[0]?.tokens_used ?? 0) > 0).toBe(budget);
    // The last lease: granted with the message, or taken by a statement.
    expect(undisturbed.lease).toEqual([{ was_granted: !budget }]);
    expect(undisturbed.held).toEqual([]);
  });

  it.each(points)(
    "at %s leaves one reply, one charge and the transitions of an undisturbed run",
    async (at) => {
      const died = crashing(at);
      let runner: { stop(): Promise<void> } | undefined;
      const rescued = died.then(async () => {
        runner = await healthy();
      });
      const conversation = await converse();
      expect(await died).toBe("SIGKILL");
      await rescued;
      // Wake-ups of what is done already change nothing, however late they come: here before one more message.
      const { tenantId } = h;
      const { sessionId, conversationId } = conversation;
      for (const seq of [1, 2, 3]) h.bus.hint(runTurns, sessionId, { tenantId, sessionId, conversationId, seq });
      await say(h, sessionId, LAST);
      const { lease: _lease, ...left } = await traceOf(h, conversation);
      expect({ ...left, lease: undisturbed.lease }).toEqual(undisturbed);
      await runner?.stop();
    },
    120_000,
  );
});

describe("CRASH_AT", () => {
  afterEach(() => vi.unstubAllEnvs());
  const read = (CRASH_AT: string, env: Record<string, string>) => {
    vi.stubEnv("NODE_ENV", env.NODE_ENV ?? "test");
    vi.stubEnv("ALLOW_TEST_HOOKS", env.ALLOW_TEST_HOOKS ?? "");
    return loadConfig(runnerConfig, { CRASH_AT, ...env }).CRASH_AT;
  };

  it("is read only with ALLOW_TEST_HOOKS=1, and refused in production", () => {
    expect(read("committed:2", { ALLOW_TEST_HOOKS: "1" })).toEqual({ point: "committed", nth: 2 });
    expect(read("", {})).toBeNull();
    expect(() => read("committed", {})).toThrow("ALLOW_TEST_HOOKS=1");
    expect(() => read("committed", { ALLOW_TEST_HOOKS: "1", NODE_ENV: "production" })).toThrow("NODE_ENV=production");
  });

  it.each(["nowhere", "committed:0", "committed:x", "committed:1:2"])("refuses %j", (text) => {
    expect(() => read(text, { ALLOW_TEST_HOOKS: "1" })).toThrow("before_commit");
  });
});

interface Conversation {
  sessionId: string;
  conversationId: string;
  linkId: string;
}

async function say(h: TurnHarness, sessionId: string, text: string): Promise<void> {
  const { turnId } = await h.accept(sessionId, text, text);
  await h.settled(sessionId, turnId);
}

/** Room for many tokens: what is charged can be read there. */
async function makeLink(h: TurnHarness, agentId: string, budget: boolean): Promise<string> {
  const linkId = newId();
  await withPostgresClient(h.adminUrl, async (owner) => {
    await owner.query(
      `insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, max_sessions, max_messages_per_session)
       values ($1, $2, $3, $4, '\\x00', 'x', 'L', 'test', 5, 5)`,
      [linkId, h.tenantId, agentId, linkId.slice(-12)],
    );
    if (budget)
      await owner.query("select set_link_budget($1, $2, $3)", [linkId, h.tenantId, '{"max_tokens": 1000000}']);
  });
  return linkId;
}

const policyOf = (h: TurnHarness, { linkId, agentId }: { linkId: string; agentId: string }) =>
  linkPolicy.parse({
    ...{ id: linkId, tenantId: h.tenantId, agentId, agentName: "Clinic", agentVersion: null, title: "L" },
    ...{ description: null, welcomeMessage: null, expiresAt: null, maxSessions: 5, sessionsUsed: 0 },
    ...{ maxMessagesPerSession: 5, sessionTimeoutMinutes: 30, rateLimitPerMinute: 100, maxMessageLength: 1000 },
    ...{ requireEmail: false, allowedDomains: [], branding: {}, friendlyErrors: true, chatIntent: null },
    ...{ systemPromptOverride: null, initialMessage: null },
  });

type Trace = Awaited<ReturnType<typeof readTrace>>;
const traceOf = (h: TurnHarness, conversation: Conversation) =>
  withPostgresClient(h.adminUrl, (owner) => readTrace(owner, conversation));

/** Everything that a conversation leaves behind, and what it has cost. */
async function readTrace(owner: PostgresClient, { conversationId, linkId }: Conversation) {
  const all = async (text: string, id = conversationId) =>
    (await owner.query<Record<string, unknown>>(text, [id])).rows;
  return {
    turns: await all(
      "select seq, status, result ->> 'response' as response from session_turns where conversation_id = $1 order by seq",
    ),
    calls: await all(
      "select sum(json_array_length(trace -> 'calls'))::int as calls from session_turns where conversation_id = $1",
    ),
    messages: await all(
      "select sequence, turn_seq, role, content, node_id, status from text_conversation_messages where conversation_id = $1 order by sequence",
    ),
    transitions: await all(
      "select sequence, turn_seq, from_node, to_node, condition from text_conversation_transitions where conversation_id = $1 order by sequence",
    ),
    variables: await all(
      "select name, value, node_id, turn_seq from text_conversation_variables where conversation_id = $1 order by name",
    ),
    events: await all("select event_offset, type from session_events where conversation_id = $1 order by event_offset"),
    session: await all(
      "select status, next_seq, done_seq, messages_used, collected_data from text_conversations where id = $1",
    ),
    link: await all("select sessions_used from temporary_chat_links where id = $1", linkId),
    charged: await all("select tokens_used, cost_used from link_budgets where link_id = $1", linkId),
    held: await all(
      `select r.seq from budget_reservations r join text_conversations c on c.id = r.conversation_id
          where r.conversation_id = $1 and holds_budget(r, c)`,
    ),
    lease: await all("select lease_owner like 'granted %' as was_granted from text_conversations where id = $1"),
    dead: await all("select seq from dead_turns where conversation_id = $1"),
  };
}
