import { createSession, linkPolicy, newId, type TurnState } from "@parley/contracts";
import { createScriptedModel, type Model, type ReplyRequest } from "@parley/llm";
import { withPostgresClient } from "@parley/local-servers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const echo = createScriptedModel({ paceMs: 0, echo: true });
const asked: ReplyRequest[] = [];
const watched: Model = {
  ...echo,
  reply(request, options) {
    asked.push(request);
    return echo.reply(request, options);
  },
};

let h: TurnHarness;
beforeAll(async () => {
  h = await turnHarness();
  await h.runner(watched);
}, 60_000);
afterAll(() => h.close());
beforeEach(() => void asked.splice(0));

const agentOf = (nodes: unknown[], settings = {}) =>
  h.agent({ agent: { name: "Desk" }, workflow: { initial_node: "desk", ...settings, nodes } });

async function openOn(
  agentId: string,
  words: Record<string, string | null>,
): Promise<{ id: string; opening: TurnState }> {
  const id = newId();
  await withPostgresClient(h.adminUrl, (owner) =>
    owner.query(
      `insert into temporary_chat_links (id, tenant_id, agent_id, token_id, token_hash, token_hint, title, created_by, max_sessions, max_messages_per_session)
       values ($1, $2, $3, $4, '\\x00', 'x', 'L', 'test', 10, 100)`,
      [id, h.tenantId, agentId, id.slice(-12)],
    ),
  );
  const link = linkPolicy.parse({
    ...{ id, tenantId: h.tenantId, agentId, agentName: "Desk", agentVersion: null, title: "L", description: null },
    ...{ expiresAt: null, maxSessions: 10, sessionsUsed: 0, maxMessagesPerSession: 100, sessionTimeoutMinutes: 30 },
    ...{ rateLimitPerMinute: 100, maxMessageLength: 1000, requireEmail: false, allowedDomains: [], branding: {} },
    ...{
      friendlyErrors: true,
      chatIntent: null,
      systemPromptOverride: null,
      welcomeMessage: null,
      initialMessage: null,
    },
    ...words,
  });
  const session = { tenantId: h.tenantId, agentId, version: null, metadata: {}, participantVerified: false };
  const made = await h.bus.call(createSession, { ...session, replyTo: "test", link });
  return { id: made.sessionId, opening: await h.settled(made.sessionId, made.turnId) };
}

it("the link's greeting reaches the model as the first assistant message, never as system text", async () => {
  const agentId = await agentOf([{ id: "desk", system_prompt: "Answer.", proactive: true }]);
  const { id } = await openOn(agentId, { welcomeMessage: "Shall I book you a table?" });
  await h.send(id, "Yes, please");
  await h.send(id, "For two");
  const greeting = { role: "assistant", content: "Shall I book you a table?" };
  expect(asked.map(({ messages }) => messages)).toEqual([
    [greeting],
    [greeting, { role: "assistant", content: "echo()" }, { role: "user", content: "Yes, please" }],
    [
      greeting,
      { role: "assistant", content: "echo()" },
      { role: "user", content: "Yes, please" },
      { role: "assistant", content: "echo(Yes, please)" },
      { role: "user", content: "For two" },
    ],
  ]);
  for (const { system } of asked) expect(system).not.toContain("table");
  expect((await h.history(id)).join("\n")).not.toContain("table");
});

it("the link's greeting counts as a message of the history window", async () => {
  const agentId = await agentOf([{ id: "desk", system_prompt: "Answer." }], { history_window: 2 });
  const { id } = await openOn(agentId, { welcomeMessage: "Hello!" });
  await h.send(id, "one");
  await h.send(id, "two");
  expect(asked.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
    ["Hello!", "one"],
    ["echo(one)", "two"],
  ]);
});

it("the link's first message and the workflow's are joined as the engine joins its own", async () => {
  const agentId = await agentOf([
    { id: "desk", proactive: true, static_text: "c", transitions: [{ condition: "always", target: "end" }] },
    { id: "end", type: "end_call", static_text: "d" },
  ]);
  const { opening } = await openOn(agentId, { initialMessage: "a\nb" });
  expect(opening).toMatchObject({ status: "done", result: { response: "a\nb\nc d" } });
});
