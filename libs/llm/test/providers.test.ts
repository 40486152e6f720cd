import { createLogger } from "@parley/observability";
import { type ModelServer, startModelServer } from "@parley/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { llmConfig, type Model, ModelError, modelFromConfig } from "../src/index.js";
import { replyRequest } from "./requests.js";

const logger = createLogger({ service: "test", level: "fatal", destination: { write: () => undefined } });
let [home, eu]: ModelServer[] = [];
let model: Model;

const configured = (env: Record<string, string>): Model => modelFromConfig(z.object(llmConfig).parse(env), { logger });
const options = () => ({ signal: AbortSignal.timeout(10_000) });
const asked = (settings: object) => {
  const request = replyRequest("hello");
  return { ...request, settings: { ...request.settings, ...settings } };
};

beforeAll(async () => {
  [home, eu] = [await startModelServer(), await startModelServer()];
  model = configured({
    ...{ OPENAI_BASE_URL: home.url, OPENAI_API_KEY: "home-key", MODEL: "gpt-4o-mini" },
    MODEL_PROVIDERS: JSON.stringify({ eu: { base_url: eu.url, api_key: "eu-key-secret", model: "gpt-4.1" } }),
    MODEL_PRICES: JSON.stringify({ "eu/dear": { input: 9, output: 9 } }),
  });
});
afterAll(() => Promise.all([home?.close(), eu?.close()]));

describe("several providers", () => {
  it("each get only the calls that name them", async () => {
    const plain = await model.reply(asked({}), options());
    const own = await model.reply(asked({ provider_id: "eu" }), options());
    const named = await model.reply(asked({ provider_id: "eu", model_name: "dear" }), options());
    expect([plain.model, own.model, named.model]).toEqual(["gpt-4o-mini", "eu/gpt-4.1", "eu/dear"]);
    expect([home?.calls.length, eu?.calls.length]).toEqual([1, 2]);
  });

  it("are priced by provider name first, then by model name", () => {
    expect(model.answeredBy?.({ provider_id: "eu", temperature: 1, max_tokens: 9 })).toEqual(["eu/gpt-4.1"]);
    expect(model.prices?.priceOf("eu/gpt-4.1")).toEqual({ input: 2, output: 8 });
    expect(model.prices?.priceOf("eu/dear")).toEqual({ input: 9, output: 9 });
    expect(model.prices?.costOf("eu/dear", { inputTokens: 1_000_000, outputTokens: 0 })).toBe(9);
    // A slash in a name is no provider by itself: what nobody has priced has no price.
    expect(model.prices?.priceOf("us/gpt-4.1")).toBeNull();
  });

  it("count as unavailable when not configured: nothing is sent elsewhere", async () => {
    const before = [home?.calls.length, eu?.calls.length];
    const refused = await model.reply(asked({ provider_id: "us" }), options()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ModelError);
    expect(refused).toMatchObject({ code: "model_unavailable" });
    expect([home?.calls.length, eu?.calls.length]).toEqual(before);
  });

  it("have their own first-token timeouts", async () => {
    const slow = await startModelServer({ faults: { type: "late", ms: 3_000 } });
    const { url: base_url } = slow;
    const both = configured({
      ...{ OPENAI_BASE_URL: slow.url, OPENAI_API_KEY: "k", MODEL: "m", MODEL_TOTAL_TIMEOUT_MS: "9000" },
      MODEL_FIRST_TOKEN_TIMEOUT_MS: "60000",
      MODEL_PROVIDERS: JSON.stringify({ hasty: { base_url, model: "m", first_token_timeout_ms: 1_000 } }),
    });
    expect(await both.reply(asked({ provider_id: "hasty" }), options()).catch((error: unknown) => error)).toMatchObject(
      {
        ...{ code: "model_timeout", reason: "first_token_timeout" },
      },
    );
    expect((await both.reply(asked({}), options())).text).toBe("echo(hello)");
    await slow.close();
  });

  it("are ignored where none is configured", async () => {
    const alone = configured({ OPENAI_BASE_URL: home?.url ?? "", OPENAI_API_KEY: "k", MODEL: "gpt-4o-mini" });
    expect((await alone.reply(asked({ provider_id: "eu" }), options())).model).toBe("gpt-4o-mini");
  });

  it.each([
    "{",
    "[]",
    '{"eu": {"base_url": "ftp://x", "model": "m"}}',
    '{"eu": {"base_url": "https://x/v1"}}',
    '{"a b": {}}',
  ])("stop the start when they are %s, without repeating what was given", (given) => {
    const start = () => configured({ MODEL_PROVIDERS: given.replace("}", ', "api_key": "eu-key-secret"}') });
    expect(start).toThrow(/MODEL_PROVIDERS/);
    expect(start).not.toThrow(/eu-key-secret/);
  });
});
