import { traceSession } from "@parley/contracts";
import { createOpenAiModel } from "@parley/llm";
import { createLogger } from "@parley/observability";
import { type ModelServer, startModelServer } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { budgetLink, charged, linkedSession } from "./linked-session.js";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

const MESSAGE = "I would like to know how this clinic treats its visitors. ".repeat(25);

let h: TurnHarness;
let server: ModelServer;
let model: ReturnType<typeof createOpenAiModel>;
let agentId: string;
let counted: unknown;
beforeAll(async () => {
  h = await turnHarness();
  server = await startModelServer({ usage: () => counted });
  const logger = createLogger({ service: "test", level: "silent" });
  model = createOpenAiModel({ apiKey: "none", baseUrl: server.url, model: "fake", logger });
  await h.runner(model);
  agentId = await h.agent(ECHO);
}, 60_000);
afterAll(async () => {
  model.close();
  await Promise.all([h.close(), server.close()]);
});

const counts = (prompt_tokens: unknown, completion_tokens: unknown) => ({ prompt_tokens, completion_tokens });
it.each([
  ["nothing but zeros", counts(0, 0), "too_low"],
  ["negative numbers", counts(-400, -400), "unbelievable"],
  ["text", counts("many", "more"), "unbelievable"],
  ["1e15 tokens", counts(1e15, 1e15), "unbelievable"],
  ["nothing", undefined, "missing"],
])("answers, charges and keeps the link open when the model server reports %s as usage", async (_, said, doubt) => {
  counted = said;
  const linkId = await budgetLink(h, agentId, { max_tokens: 20_000 });
  const id = await linkedSession(h, agentId, linkId);
  let before = 0;
  for (const n of [1, 2]) {
    const turn = await h.send(id, `${n}: ${MESSAGE}`);
    expect(turn).toMatchObject({ status: "done" });
    const { tokens, live } = await charged(h, linkId);
    // The message has 1,450 characters; no tokenizer makes fewer than 1,450 / 8 of them, none more than its bytes.
    expect(tokens - before).toBeGreaterThan(181);
    expect(tokens - before).toBeLessThan(n * 3_200 + 1_000);
    expect(live).toBe(0);
    before = tokens;
  }
  const access = { type: "hmac" as const, tenantId: h.tenantId, sessionId: id };
  const { turns } = await h.bus.call(traceSession, { access, after: 0, limit: 10 });
  expect(turns.at(-1)?.calls).toMatchObject([{ usage_doubt: doubt }]);
});
