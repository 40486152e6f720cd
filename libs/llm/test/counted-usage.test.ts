import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createOpenAiEmbedder } from "@parley/llm";
import { createLogger, createMetrics } from "@parley/observability";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countedUsage } from "../src/openai/counted-usage.js";
import { hints, never, openAiModel, PATIENT, replyRequest, settings } from "./requests.js";

const SAID = "one two three four five six seven eight nine ten ".repeat(10).trim();
const request = replyRequest("I would like to book a table for two on Friday. ".repeat(40));

/** What the server says about tokens; absent = nothing. */
let usage: unknown;
const server = createServer((incoming, response) => {
  const parts: Buffer[] = [];
  incoming.on("data", (part: Buffer) => parts.push(part));
  incoming.on("end", () => {
    const body = JSON.parse(Buffer.concat(parts).toString()) as { stream?: boolean; response_format?: unknown };
    const counted = usage === undefined ? {} : { usage };
    if (incoming.url?.endsWith("/embeddings"))
      return response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify({ data: [{ index: 0, embedding: [1, 0] }], ...counted }));
    if (body.stream !== true) {
      const content = JSON.stringify({ topic: SAID });
      response.setHeader("content-type", "application/json");
      return response.end(
        JSON.stringify({ choices: [{ index: 0, message: { content }, finish_reason: "stop" }], ...counted }),
      );
    }
    const chunks = [
      { choices: [{ index: 0, delta: { content: SAID } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
      { choices: [], ...counted },
    ];
    response.setHeader("content-type", "text/event-stream");
    response.end(`${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`);
  });
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((closed) => server.close(closed));
});
beforeEach(() => {
  usage = undefined;
});

const counts = (prompt_tokens: unknown, completion_tokens: unknown) => ({ prompt_tokens, completion_tokens });
async function ask() {
  const metrics = createMetrics();
  const model = openAiModel(url, { metrics });
  const reply = await model.reply(request, { signal: never });
  const variables = [{ name: "topic", prompt: "the topic" }];
  const { messages } = request;
  const extraction = await model.extract({ variables, messages, settings, hints }, { signal: never });
  model.close();
  return { replied: reply.usage, extracted: extraction.usage, metrics: await metrics.text() };
}

describe("token usage reported by a model server", () => {
  it("is accepted as reported when plausible", async () => {
    usage = counts(500, 100);
    const { replied, extracted, metrics } = await ask();
    expect([replied, extracted]).toEqual([
      { inputTokens: 500, outputTokens: 100 },
      { inputTokens: 500, outputTokens: 100 },
    ]);
    expect(metrics).not.toMatch(/usage_doubted_total\{/);
  });

  it.each([
    [0, 0],
    [1, 0],
    [0, 1],
  ])("is raised to a floor when it is %i and %i", async (input, output) => {
    usage = counts(input, output);
    const { replied, extracted, metrics } = await ask();
    for (const { inputTokens, outputTokens, doubt, estimated } of [replied, extracted]) {
      expect(inputTokens).toBeGreaterThanOrEqual(240);
      expect(inputTokens).toBeLessThan(480);
      expect(outputTokens).toBeGreaterThanOrEqual(50);
      expect(outputTokens).toBeLessThan(100);
      expect([doubt, estimated]).toEqual(["too_low", undefined]);
    }
    expect(metrics).toContain('parley_model_usage_doubted_total{reason="too_low"} 2');
  });

  it.each([
    ["nothing", undefined, "missing"],
    ["null", null, "missing"],
    ["no numbers", {}, "unbelievable"],
    ["text", counts("12", "many"), "unbelievable"],
    ["negative input", counts(-5, 100), "unbelievable"],
    ["negative output", counts(500, -1), "unbelievable"],
    ["fractions", counts(500.5, 100), "unbelievable"],
    ["more than was sent", counts(1e15, 100), "unbelievable"],
    ["more than was allowed", counts(500, 1e15), "unbelievable"],
    ["numbers beyond all", counts(500, 1e308), "unbelievable"],
  ])("is an estimate of our own when it says %s", async (_, said, doubt) => {
    usage = said;
    const { replied, extracted, metrics } = await ask();
    const input = Math.ceil((request.system.length + (request.messages[0]?.content.length ?? 0)) / 4);
    expect(replied).toEqual({ inputTokens: input, outputTokens: Math.ceil(SAID.length / 4), estimated: true, doubt });
    expect(extracted).toMatchObject({ estimated: true, doubt });
    expect(extracted.inputTokens).toBeGreaterThan(input);
    expect(metrics).toContain(`parley_model_usage_doubted_total{reason="${doubt}"} 2`);
  });

  it("is accepted from a server that ignores the limit when its answer is that long", async () => {
    usage = counts(500, 300);
    const model = openAiModel(url);
    const { usage: used } = await model.reply(
      { ...request, settings: { ...settings, max_tokens: 64 } },
      { signal: never },
    );
    model.close();
    expect(used).toEqual({ inputTokens: 500, outputTokens: 300 });
  });

  it("is checked for embeddings too", async () => {
    const logger = createLogger({ service: "llm-test", level: "silent" });
    const embedder = createOpenAiEmbedder({ apiKey: "k", baseUrl: url, model: "m", timeouts: PATIENT, logger });
    const texts = ["where can I park my car near the clinic ".repeat(20)];
    const used = [];
    for (const said of [{ prompt_tokens: 190 }, { prompt_tokens: 0 }, { prompt_tokens: 1e15 }, undefined]) {
      usage = said;
      used.push((await embedder.embed({ texts }, { signal: never })).usage);
    }
    embedder.close();
    expect(used).toEqual([
      { inputTokens: 190, outputTokens: 0 },
      { inputTokens: 100, outputTokens: 0, doubt: "too_low" },
      { inputTokens: 200, outputTokens: 0, estimated: true, doubt: "unbelievable" },
      { inputTokens: 200, outputTokens: 0, estimated: true, doubt: "missing" },
    ]);
  });

  it("is accepted when low for long runs of one character, because encodings have tokens for them", async () => {
    const texts: [text: string, tokens: number][] = [
      [" ".repeat(640), 8],
      ["-".repeat(640), 10],
    ];
    const model = openAiModel(url);
    for (const [text, tokens] of texts) {
      usage = counts(tokens + 3, 100);
      const { usage: used } = await model.reply(replyRequest(text), { signal: never });
      expect(used).toEqual({ inputTokens: tokens + 3, outputTokens: 100 });
    }
    model.close();
  });

  it("counts a letter of two code units once, two of the same as two, and longer runs as one", () => {
    const texts: [text: string, characters: number][] = [
      ["aab😀😀".repeat(16), 5 * 16],
      ["a😀".repeat(40), 2 * 40],
      ["😀".repeat(640), 1],
      [`${"-".repeat(80)}abcdefgh`.repeat(8), 9 * 8],
    ];
    const exchanged = { said: "", inputBound: () => 10_000, maxTokens: 0 };
    for (const [text, characters] of texts) {
      const { inputTokens } = countedUsage({ input: 0, output: 0 }, { ...exchanged, sent: [text] });
      expect(inputTokens, text.slice(0, 20)).toBe(Math.ceil(characters / 8));
    }
  });
});
