import { ModelError } from "@parley/llm";
import { createMetrics } from "@parley/observability";
import { eventually, type ModelCall, type ModelFault, type ModelServer, startModelServer } from "@parley/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askOnce, FAST, openAiModel, PATIENT, replyRequest } from "./requests.js";

const TEXT = "one two three four five";

let server: ModelServer;
let model: ReturnType<typeof openAiModel>;
beforeEach(async () => {
  server = await startModelServer({ reply: () => TEXT });
  model = openAiModel(server.url);
});
afterEach(async () => {
  model.close();
  await server.close();
});

const ask = (wanted = model) => askOnce(wanted);

const before = (code: string, reason: string) => ({ code, reason, afterFirstToken: false });
const after = (code: string, reason: string) => ({ code, reason, afterFirstToken: true });

describe("a model that recovers", () => {
  const failing = (faults: ModelFault[]) => (call: ModelCall) => faults[call.n - 1] ?? null;

  it.each([
    [
      "a reset and a 500",
      [
        { type: "reset", atByte: 0 },
        { type: "status", status: 500 },
      ],
    ],
    ["a hang and garbage", [{ type: "hang" }, { type: "garbage", after: 0 }]],
    ["a 429 and an empty answer", [{ type: "status", status: 429, retryAfterSeconds: 0 }, { type: "empty" }]],
  ] satisfies [string, ModelFault[]][])("answers once after %s", async (_, faults) => {
    server.setFault(failing(faults));
    const { reply, said } = await ask(openAiModel(server.url, { timeouts: FAST }));
    expect(reply).toMatchObject({ text: TEXT, model: "fake" });
    expect(said).toBe(TEXT);
    expect(server.calls).toHaveLength(3);
  });

  it("is retried after the time in Retry-After", async () => {
    server.setFault(failing([{ type: "status", status: 429, retryAfterSeconds: 1 }]));
    const startedAt = performance.now();
    const { reply } = await ask();
    expect(reply?.text).toBe(TEXT);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000);
  });

  it("is retried by each caller at a random moment within the full backoff", async () => {
    const pauseMs = 2_000;
    const seen = new Map<string, number[]>();
    server.setFault(({ model }) => {
      const times = [...(seen.get(model) ?? []), performance.now()];
      seen.set(model, times);
      return times.length === 1 ? { type: "status", status: 500 } : null;
    });
    // A model for each caller: one that fails for all of them at once would not be asked again.
    const callers = Array.from({ length: 24 }, (_, n) =>
      openAiModel(server.url, { model: `fake-${n}`, timeouts: { ...PATIENT, retryBaseMs: pauseMs } }),
    );
    const answers = await Promise.all(callers.map(ask));
    for (const own of callers) own.close();
    expect(answers.map(({ reply }) => reply?.text)).toEqual(callers.map(() => TEXT));
    const pauses = [...seen.values()].map(([first = 0, second = 0]) => second - first).toSorted((a, b) => a - b);
    expect(pauses).toHaveLength(callers.length);
    expect(pauses[0]).toBeLessThan(pauseMs / 2);
    expect((pauses.at(-1) ?? 0) - (pauses[0] ?? 0)).toBeGreaterThan(pauseMs / 4);
  });

  it("is reached over a new connection after the server closed the reused one", async () => {
    expect((await ask()).reply?.text).toBe(TEXT);
    const { url } = server;
    await server.close();
    server = await startModelServer({ reply: () => TEXT, port: Number(new URL(url).port) });
    expect((await ask()).reply?.text).toBe(TEXT);
  });
});

describe("fallback model", () => {
  const primaryFails = (fault: ModelFault) => (call: ModelCall) => (call.model === "fake" ? fault : null);

  it.each([{ type: "status", status: 500 }, { type: "hang" }, { type: "status", status: 404 }] satisfies ModelFault[])(
    "steps in when the first one has failed with $type $status",
    async (fault) => {
      server.setFault(primaryFails(fault));
      const own = openAiModel(server.url, { fallbackModel: "spare", timeouts: FAST });
      const { reply, said } = await ask(own);
      expect(reply).toMatchObject({ text: TEXT, model: "spare" });
      expect(said).toBe(TEXT);
    },
  );

  it("gets a full timeout: a slow primary model is not retried at its expense", async () => {
    server.setFault((call) => (call.model === "fake" ? { type: "hang" } : { type: "late", ms: 700 }));
    const timeouts = { ...PATIENT, firstTokenMs: 1_500, totalMs: 4_000 };
    const { reply } = await ask(openAiModel(server.url, { fallbackModel: "spare", timeouts }));
    expect(reply).toMatchObject({ text: TEXT, model: "spare" });
    expect(server.calls.map((call) => call.model)).toEqual(["fake", "spare"]);
  });

  it("does not step in after the first token, nor for wrong credentials", async () => {
    server.setFault(primaryFails({ type: "end_early", after: 2 }));
    const own = openAiModel(server.url, { fallbackModel: "spare" });
    expect((await ask(own)).error).toMatchObject(after("model_unavailable", "ended_early"));
    server.setFault(primaryFails({ type: "status", status: 401 }));
    expect((await ask(own)).error).toMatchObject(before("model_unavailable", "status_401"));
    expect(server.calls.some((call) => call.model === "spare")).toBe(false);
  });

  it("gets one attempt", async () => {
    server.setFault({ type: "status", status: 500 });
    await ask(openAiModel(server.url, { fallbackModel: "spare" }));
    expect(server.calls.map((call) => call.model)).toEqual(["fake", "fake", "fake", "spare"]);
  });
});

describe("circuit breaker", () => {
  it("refuses at once while open, lets one probe through, closes on success", async () => {
    const own = openAiModel(server.url, { breaker: { failures: 3, coolDownMs: 2_500 } });
    server.setFault({ type: "status", status: 500 });
    expect((await ask(own)).error).toMatchObject({ reason: "status_500" });
    expect(server.calls).toHaveLength(3);
    const { error: refused } = await ask(own);
    expect(refused).toMatchObject(before("model_unavailable", "breaker_open"));
    // As much of the pause as is left, in whole seconds.
    expect([1, 2, 3]).toContain(refused instanceof ModelError && refused.retryAfterSeconds);
    expect(server.calls).toHaveLength(3);

    // After the pause many ask at once while the provider is slow: one of them is let through.
    server.setFault({ type: "slow", tokenDelayMs: 20 });
    const answered = await eventually(async () => {
      const round = await Promise.all([ask(own), ask(own), ask(own), ask(own)]);
      const count = round.filter(({ reply }) => reply !== null).length;
      return count > 0 && count;
    });
    expect(answered).toBe(1);
    expect(server.calls).toHaveLength(4);
    server.setFault(null);
    const answers = await Promise.all([ask(own), ask(own), ask(own)]);
    expect(answers.every(({ reply }) => reply?.text === TEXT)).toBe(true);
  });

  it("is not opened by rate limits or refusals", async () => {
    const own = openAiModel(server.url, { breaker: { failures: 1, coolDownMs: 60_000 } });
    for (const status of [429, 400, 401]) {
      server.setFault({ type: "status", status });
      expect((await ask(own)).error).toMatchObject({ reason: `status_${status}` });
    }
  });
});

describe("a caller that gives up", () => {
  it.each([
    ["before the headers", { type: "hang" }],
    ["mid-stream", { type: "endless", tokenDelayMs: 5 }],
    ["during the pause before a retry", { type: "status", status: 429, retryAfterSeconds: 10 }],
  ] satisfies [string, ModelFault][])(
    "%s gets its own reason, and the provider's connection is cut",
    async (_, fault) => {
      server.setFault(fault);
      const caller = new AbortController();
      const reason = new Error("lease lost");
      let pieces = 0;
      const reply = model.reply(replyRequest("hello"), { signal: caller.signal, onDelta: () => pieces++ });
      reply.catch(() => undefined);
      await eventually(() => server.calls.length === 1 && (fault.type !== "endless" || pieces > 3));
      caller.abort(reason);
      await expect(reply).rejects.toBe(reason);
      const said = pieces;
      await eventually(() => server.calls.every(({ outcome }) => outcome !== "pending"));
      expect(pieces).toBe(said);
      expect(server.calls).toHaveLength(1);
    },
  );

  it("is still charged for the tokens", async () => {
    server.setFault({ type: "endless", tokenDelayMs: 5 });
    const metrics = createMetrics();
    const caller = new AbortController();
    const reply = openAiModel(server.url, { metrics }).reply(replyRequest("hello"), {
      signal: caller.signal,
      onDelta: () => caller.abort("gone"),
    });
    await expect(reply).rejects.toBe("gone");
    const text = await metrics.text();
    expect(text).toMatch(/parley_model_tokens_total\{direction="output"\} [1-9]/);
    expect(text).toContain('outcome="aborted"} 1');
  });

  it("makes no call when it gives up before it", async () => {
    await expect(model.reply(replyRequest("hello"), { signal: AbortSignal.abort("gone") })).rejects.toBe("gone");
    expect(server.calls).toHaveLength(0);
  });
});
