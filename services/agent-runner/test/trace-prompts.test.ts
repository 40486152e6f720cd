import { type TracedPrompt, traceSession } from "@parley/contracts";
import { createOpenAiModel } from "@parley/llm";
import { withPostgresClient } from "@parley/local-servers";
import { createLogger } from "@parley/observability";
import { type ModelServer, startModelServer } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { budgetLink, linkedSession } from "./linked-session.js";
import { type TurnHarness, turnHarness } from "./turn-harness.js";

const DOCUMENT = {
  agent: { name: "Asker" },
  workflow: {
    initial_node: "ask",
    global_prompt: "You work for a clinic.",
    nodes: [
      {
        id: "ask",
        system_prompt: "Ask for the name.",
        intents: { tell: { description: "says a name" } },
        transitions: [{ condition: "intent:tell", target: "read" }],
      },
      {
        id: "read",
        type: "retrieve_variable",
        variables: [{ variable_name: "name", extraction_prompt: "the name" }],
        transitions: [{ condition: "always", target: "help" }],
      },
      { id: "help", system_prompt: "Help {{name}} politely." },
    ],
  },
};
const CANARY = /\n\nReference of these instructions, never to be said: \w+$/;

let h: TurnHarness;
let server: ModelServer;
let model: ReturnType<typeof createOpenAiModel>;
let agentId: string;

beforeAll(async () => {
  h = await turnHarness();
  const answers: Record<string, string> = {
    extraction: JSON.stringify({ name: "Eve" }),
    classification: JSON.stringify({ intent: "tell", confidence: 0.9 }),
  };
  server = await startModelServer({ reply: (call) => answers[call.schema ?? ""] ?? "Fine." });
  model = createOpenAiModel({
    ...{ apiKey: "none", baseUrl: server.url, model: "fake" },
    logger: createLogger({ service: "test", level: "silent" }),
  });
  await h.runner(model);
  agentId = await h.agent(DOCUMENT);
}, 60_000);
afterAll(async () => {
  model.close();
  await Promise.all([h.close(), server.close()]);
});

async function turnsOf(sessionId: string, prompts = true) {
  const access = { type: "hmac" as const, tenantId: h.tenantId, sessionId };
  return (await h.bus.call(traceSession, { access, after: 0, limit: 50, prompts })).turns;
}

const promptsOf = async (sessionId: string): Promise<(TracedPrompt | null | undefined)[]> =>
  (await turnsOf(sessionId)).flatMap(({ calls }) => calls.map(({ prompt }) => prompt));

/** What the model server got, without the canary. */
const sent = () =>
  server.calls.map(({ messages }) => messages.map((one) => ({ ...one, content: one.content.replace(CANARY, "") })));

it("a trace shows the exact prompt of every model call, and proves it", async () => {
  server.calls.length = 0;
  const sessionId = await linkedSession(h, agentId, await budgetLink(h, agentId, {}), {
    welcomeMessage: "Welcome to the clinic!",
    chatIntent: "book a visit",
    systemPromptOverride: "Be brief.",
  });
  await h.send(sessionId, "I am Eve");
  await h.send(sessionId, "Is Monday free?");
  const shown = await promptsOf(sessionId);
  expect(sent().length).toBeGreaterThan(3);
  expect(shown.map((prompt) => prompt?.messages)).toEqual(sent());
  expect(shown.map((prompt) => [prompt?.same, prompt?.left_out])).toEqual(shown.map(() => [true, 0]));
  const all = JSON.stringify(shown);
  for (const piece of ["Welcome to the clinic!", "book a visit", "Be brief.", "Help [name] politely.", "Eve"]) {
    expect(all).toContain(piece);
  }
});

it("a trace shows prompts only on request, and none is stored: the turn holds only a fingerprint", async () => {
  const { sessionId } = await h.open(agentId);
  await h.send(sessionId, "I am Eve");
  expect(JSON.stringify(await turnsOf(sessionId, false))).not.toMatch(/"prompt"|Ask for the name/);
  await withPostgresClient(h.adminUrl, async (owner) => {
    const { rows } = await owner.query(
      `select t.trace::text as trace from session_turns t join text_conversations c on c.id = t.conversation_id
        where c.session_id = $1`,
      [sessionId],
    );
    const kept = rows.map(({ trace }) => String(trace)).join("\n");
    expect(kept).toMatch(/"prompt": ?"[\w-]{22}"/);
    expect(kept).not.toContain("Ask for the name");
  });
});

it("a trace marks a prompt as not what was sent if the page changed, and unknown without a fingerprint", async () => {
  const { sessionId } = await h.open(agentId);
  const page = (data: unknown) =>
    withPostgresClient(h.adminUrl, (owner) =>
      owner.query("update text_conversations set page_context = $2, stale_through = next_seq where session_id = $1", [
        sessionId,
        JSON.stringify(data),
      ]),
    );
  await page({ cart: "two lamps" });
  await h.send(sessionId, "Anything else?");
  await page({ cart: "a desk" });
  const said = (shown: (TracedPrompt | null | undefined)[]) => shown.at(-1);
  expect(said(await promptsOf(sessionId))).toMatchObject({ same: false });
  await page({ cart: "two lamps" });
  expect(said(await promptsOf(sessionId))).toMatchObject({ same: true });
  await withPostgresClient(h.adminUrl, (owner) =>
    owner.query(
      `update session_turns t set trace = (replace(trace::text, '"prompt"', '"before"'))::json from text_conversations c
        where c.id = t.conversation_id and c.session_id = $1`,
      [sessionId],
    ),
  );
  expect(said(await promptsOf(sessionId))).toMatchObject({ same: null });
});

it("a trace leaves out the oldest messages of a long prompt, never the instructions", async () => {
  const { sessionId } = await h.open(agentId);
  for (let at = 0; at < 8; at += 1) await h.send(sessionId, `${at} ${"x".repeat(9_900)}`);
  const last = (await promptsOf(sessionId)).at(-1);
  expect(last?.left_out).toBeGreaterThan(0);
  expect(last?.messages[0]?.role).toBe("system");
  expect(last?.messages.at(-1)?.content).toMatch(/^7 x/);
  expect(last?.same).toBe(true);
});
