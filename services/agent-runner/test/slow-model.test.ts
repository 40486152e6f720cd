import { PUBLISHERS_KEY, sessionsFollowed } from "@parley/contracts";
import { llmConfig, modelFromConfig } from "@parley/llm";
import { createLogger } from "@parley/observability";
import { type ModelServer, startModelServer } from "@parley/testkit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { ECHO, type TurnHarness, turnHarness } from "./turn-harness.js";

let h: TurnHarness;
let server: ModelServer;
beforeAll(async () => {
  h = await turnHarness();
  server = await startModelServer();
  const env = { OPENAI_BASE_URL: server.url, OPENAI_API_KEY: "k", MODEL: "fake" };
  const logger = createLogger({ service: "test", level: "silent" });
  await h.runner(modelFromConfig(z.object(llmConfig).parse(env), { logger }));
}, 60_000);
afterAll(() => Promise.all([h.close(), server.close()]));

it("a turn waits twelve seconds for its model without a retry, and tells readers that it is working", async () => {
  const { sessionId } = await h.open(await h.agent(ECHO));
  server.setFault({ type: "late", ms: 12_000 });
  h.bus.publishLive(sessionsFollowed, PUBLISHERS_KEY, { sessionIds: [sessionId] });
  const turn = await h.send(sessionId, "think");
  expect(turn).toMatchObject({ status: "done", result: { response: "echo(think)" } });
  expect(server.calls).toHaveLength(1);
  const told = (await h.redis.live.recent(sessionId)).flatMap((entry) =>
    entry.type === "status" ? [entry.label] : [],
  );
  expect(told).toEqual(["thinking", "working"]);
}, 60_000);

it("a turn stops waiting for the first token at the timeout set in the agent's document", async () => {
  const { workflow } = ECHO;
  const hasty = { ...ECHO, workflow: { ...workflow, llm: { first_token_timeout_seconds: 1 } } };
  const { sessionId } = await h.open(await h.agent(hasty));
  server.setFault({ type: "hang" });
  const before = server.calls.length;
  expect(await h.send(sessionId, "think")).toMatchObject({ status: "failed", code: "model_timeout" });
  expect(server.calls).toHaveLength(before + 3);
}, 60_000);
