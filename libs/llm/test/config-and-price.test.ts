import { llmConfig, modelFromConfig, priceOf } from "@parley/llm";
import { createLogger } from "@parley/observability";
import { startModelServer } from "@parley/testkit";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { never, replyRequest } from "./requests.js";

const logger = createLogger({ service: "llm-test", level: "silent" });
const build = (env: Record<string, string>) => modelFromConfig(z.object(llmConfig).parse(env), { logger });

describe("modelFromConfig", () => {
  it.each([
    [{}, "scripted"],
    [{ MODEL: "scripted", OPENAI_API_KEY: "sk-x" }, "scripted"],
    [{ MODEL: "scripted-echo" }, "scripted-echo"],
    [{ MODEL: "gpt-4o" }, "scripted"],
    [{ MODEL: "gpt-4o", OPENAI_API_KEY: "sk-x" }, "gpt-4o"],
    [{ OPENAI_API_KEY: "sk-x" }, "gpt-4o-mini"],
    [{ MODEL: "llama3", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" }, "llama3"],
  ])("%j gives %s", (env, name) => {
    expect(build(env as Record<string, string>).name).toBe(name);
  });

  it("uses the configured server, fallback and timeouts", async () => {
    const server = await startModelServer({ faults: ({ model }) => (model === "first" ? { type: "hang" } : null) });
    const model = build({
      ...{ MODEL: "first", MODEL_FALLBACK: "second", OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: server.url },
      MODEL_FIRST_TOKEN_TIMEOUT_MS: "1500",
    });
    expect(await model.reply(replyRequest("hi"), { signal: never })).toMatchObject({
      text: "echo(hi)",
      model: "second",
    });
    await server.close();
  });

  it("rejects a first-token timeout that leaves no time for an answer", () => {
    expect(z.object(llmConfig).safeParse({ MODEL_FIRST_TOKEN_TIMEOUT_MS: "110001" }).success).toBe(false);
  });
});

describe("priceOf", () => {
  const usage = { inputTokens: 1_000_000, outputTokens: 500_000 };
  it.each([
    ["gpt-4o-mini", 0.45],
    ["gpt-4o-mini-2024-07-18", 0.45],
    ["gpt-4o", 7.5],
    ["scripted", 0],
    ["scripted-echo", 0],
    ["gpt-4o-audio-preview", null],
    ["llama3", null],
    ["toString", null],
  ])("%s", (model, expected) => {
    const price = priceOf(model, usage);
    if (expected === null) expect(price).toBeNull();
    else expect(price).toBeCloseTo(expected, 10);
  });
});
