import { createPriceBook, llmConfig, modelFromConfig, replyInputBound, tokenBound } from "@parley/llm";
import { createLogger } from "@parley/observability";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const usage = { inputTokens: 1_000_000, outputTokens: 1_000_000 };
const parse = (env: Record<string, string>) => z.object(llmConfig).safeParse(env);

describe("the price list", () => {
  it.each([
    ["gpt-4o", "2024-05-12", null],
    ["gpt-4o", "2024-05-13", 20],
    ["gpt-4o", "2024-10-01", 20],
    ["gpt-4o", "2024-10-02", 12.5],
    ["gpt-4o-2024-05-13", "2025-01-01", 20],
    ["gpt-4o-2024-08-06", "2025-01-01", 12.5],
    ["o3", "2025-06-09", 50],
    ["o3", "2025-06-10", 10],
  ])("%s on %s", (model, day, cost) => {
    expect(createPriceBook().costOf(model, usage, new Date(`${day}T12:00:00Z`))).toBe(cost);
  });

  it("calculates sums without floating-point noise", () => {
    const book = createPriceBook({ m: { input: 0.1, output: 0.2 } });
    expect(book.costOf("m", { inputTokens: 1, outputTokens: 1 })).toBe(0.0000003);
  });
});

describe("MODEL_PRICES", () => {
  it("overrides the list, adds models, and reaches the model", () => {
    const { data } = parse({
      MODEL: "scripted",
      MODEL_PRICES: '{"scripted": {"input": 2, "output": 3}, "llama3": {"input": 0, "output": 1}}',
    });
    if (!data) throw new Error("refused");
    const model = modelFromConfig(data, { logger: createLogger({ service: "test", level: "silent" }) });
    expect(model.prices?.costOf("scripted", usage)).toBe(5);
    expect(model.prices?.costOf("llama3", usage)).toBe(1);
    expect(model.prices?.costOf("gpt-4o", usage)).toBe(12.5);
    expect(model.prices?.costOf("constructor", usage)).toBeNull();
  });

  it.each([
    "free",
    "[]",
    '{"m": 1}',
    '{"m": {"input": 1}}',
    '{"m": {"input": -1, "output": 1}}',
    '{"m": {"input": "1", "output": 1}}',
    '{"m": {"input": 1, "output": 1, "cached": 1}}',
  ])("refuses %s at the start", (text) => {
    expect(parse({ MODEL_PRICES: text }).success).toBe(false);
  });
});

describe("the bound of a request's input", () => {
  it.each([
    ["plain words", 12],
    ["naïve", 7],
    ["日本語", 10],
    // One character that an encoding may see as eighteen.
    ["\uFDFA", 34],
  ])("is never below the bytes of a text nor of its compatibility form: %s", (text, bound) => {
    expect(tokenBound(text)).toBe(bound);
  });

  it("grows with every message by more than its text", () => {
    const message = { role: "user" as const, content: "hello" };
    const bounds = [0, 1, 2].map((count) =>
      replyInputBound({ system: "Be kind.", messages: Array.from({ length: count }, () => message) }),
    );
    expect((bounds[1] ?? 0) - (bounds[0] ?? 0)).toBeGreaterThanOrEqual(5 + 16);
    expect((bounds[2] ?? 0) - (bounds[1] ?? 0)).toBe((bounds[1] ?? 0) - (bounds[0] ?? 0));
  });
});
