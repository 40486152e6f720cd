import { createServer } from "node:net";
import { ModelError } from "@parley/llm";
import { endsWithin, eventually, type ModelFault, type ModelServer, startModelServer } from "@parley/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askOnce, FAST, hints, never, openAiModel, PATIENT, replyRequest, settings } from "./requests.js";

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

/** Times that fit a fault: short where only they end it, or where the answer must outlast one of them. */
const timesFor = ({ type }: ModelFault) => (["hang", "hang_mid_stream", "slow"].includes(type) ? FAST : PATIENT);

interface Row {
  fault: ModelFault;
  calls: number;
  /** What was handed out before the end. */
  said: string;
  ends: "answer" | { code: string; reason: string; afterFirstToken: boolean };
}

const before = (code: string, reason: string) => ({ code, reason, afterFirstToken: false });
const after = (code: string, reason: string) => ({ code, reason, afterFirstToken: true });

/** Each fault on every call: three attempts when nothing was said yet, one when something was; then one ModelError. */
const TABLE: Record<string, Row> = {
  "hang before headers": {
    fault: { type: "hang" },
    calls: 3,
    said: "",
    ends: before("model_timeout", "first_token_timeout"),
  },
  "headers, then silence": {
    ...{ fault: { type: "hang_mid_stream", after: 0 }, calls: 3, said: "" },
    ends: before("model_timeout", "first_token_timeout"),
  },
  "silence mid-stream": {
    ...{ fault: { type: "hang_mid_stream", after: 2 }, calls: 1, said: "one two" },
    ends: after("model_timeout", "idle_timeout"),
  },
  "429 without Retry-After": {
    fault: { type: "status", status: 429 },
    calls: 3,
    said: "",
    ends: before("model_unavailable", "status_429"),
  },
  "429 with a long Retry-After": {
    ...{ fault: { type: "status", status: 429, retryAfterSeconds: 60 }, calls: 1, said: "" },
    ends: before("model_unavailable", "status_429"),
  },
  "500": {
    fault: { type: "status", status: 500 },
    calls: 3,
    said: "",
    ends: before("model_unavailable", "status_500"),
  },
  "400": {
    fault: { type: "status", status: 400 },
    calls: 1,
    said: "",
    ends: before("model_unavailable", "status_400"),
  },
  "401": {
    fault: { type: "status", status: 401 },
    calls: 1,
    said: "",
    ends: before("model_unavailable", "status_401"),
  },
  "reset at byte 0": {
    fault: { type: "reset", atByte: 0 },
    calls: 3,
    said: "",
    ends: before("model_unavailable", "connection_lost"),
  },
  "reset inside the first chunk": {
    ...{ fault: { type: "reset", atByte: 40 }, calls: 3, said: "" },
    ends: before("model_unavailable", "connection_lost"),
  },
  "reset mid-stream": {
    ...{ fault: { type: "reset", atByte: 400 }, calls: 1, said: "one" },
    ends: after("model_unavailable", "connection_lost"),
  },
  "garbage first": {
    fault: { type: "garbage", after: 0 },
    calls: 3,
    said: "",
    ends: before("model_unavailable", "malformed_answer"),
  },
  "garbage mid-stream": {
    ...{ fault: { type: "garbage", after: 3 }, calls: 1, said: "one two three" },
    ends: after("model_unavailable", "malformed_answer"),
  },
  "end without an answer": {
    fault: { type: "end_early", after: 0 },
    calls: 3,
    said: "",
    ends: before("model_unavailable", "ended_early"),
  },
  "end in the middle": {
    ...{ fault: { type: "end_early", after: 2 }, calls: 1, said: "one two" },
    ends: after("model_unavailable", "ended_early"),
  },
  "empty answer": { fault: { type: "empty" }, calls: 3, said: "", ends: before("model_unavailable", "empty_answer") },
  "slow tokens": { fault: { type: "slow", tokenDelayMs: 400 }, calls: 1, said: TEXT, ends: "answer" },
  "complete answer, connection kept open": { fault: { type: "hang_at_end" }, calls: 1, said: TEXT, ends: "answer" },
};

describe("a model that always fails", () => {
  it.each(Object.entries(TABLE))("%s", async (_, row) => {
    server.setFault(row.fault);
    const own = openAiModel(server.url, { timeouts: timesFor(row.fault) });
    const { reply, error, said, pieces } = await ask(own);
    own.close();
    expect(said).toBe(row.said);
    expect(server.calls).toHaveLength(row.calls);
    if (row.ends === "answer") {
      expect(reply).toMatchObject({ text: TEXT, finishReason: "stop" });
    } else {
      expect(error).toBeInstanceOf(ModelError);
      expect(error).toMatchObject(row.ends);
    }
    // No attempt is left running behind the caller's back.
    await eventually(() => server.calls.every(({ outcome }) => outcome !== "pending"));
    expect(pieces.join("")).toBe(row.said);
  });

  it("is given the call's first-token timeout per attempt, and the total timeout for all attempts", async () => {
    server.setFault({ type: "hang" });
    const own = openAiModel(server.url, { timeouts: { ...PATIENT, firstTokenMs: 60_000, totalMs: 4_000 } });
    const asking = (seconds: number) => {
      const request = replyRequest("hello", { settings: { ...settings, first_token_timeout_seconds: seconds } });
      return own.reply(request, { signal: never }).catch((error: unknown) => error);
    };
    expect(await endsWithin(7_000, () => asking(1))).toMatchObject(before("model_timeout", "first_token_timeout"));
    expect(server.calls).toHaveLength(3);
    expect(await endsWithin(7_000, () => asking(50))).toMatchObject(before("model_timeout", "total_timeout"));
    expect(server.calls).toHaveLength(4);
    own.close();
  });

  it("ends an endless stream at the total timeout", async () => {
    server.setFault({ type: "endless", tokenDelayMs: 40 });
    const hasty = openAiModel(server.url, { timeouts: { ...PATIENT, totalMs: 1_500 } });
    const { error } = await endsWithin(4_000, () => ask(hasty));
    expect(error).toMatchObject({
      ...after("model_timeout", "total_timeout"),
      usage: { outputTokens: expect.any(Number) },
    });
    expect(server.calls).toHaveLength(1);
  });

  it("is not waited for when its connection stays open after a complete answer", async () => {
    server.setFault({ type: "hang_at_end" });
    const patient = { ...PATIENT, idleMs: 20_000, totalMs: 25_000 };
    const { reply } = await endsWithin(3_000, () => ask(openAiModel(server.url, { timeouts: patient })));
    expect(reply?.text).toBe(TEXT);
  });

  it("is cut off near the token limit when it floods", async () => {
    server.setFault({ type: "endless", tokenDelayMs: 0 });
    const flooded = await model.reply(replyRequest("hello", { settings: { temperature: 0, max_tokens: 10 } }), {
      signal: never,
    });
    expect(flooded.finishReason).toBe("length");
    expect(flooded.text.length).toBeLessThan(600);
    await eventually(() => server.calls[0]?.outcome === "cut");
  });

  it("never exceeds the total timeout over all attempts", async () => {
    server.setFault({ type: "hang" });
    // Inside the second of three attempts, which would take 4.5 s.
    const hasty = openAiModel(server.url, { timeouts: { ...FAST, totalMs: 2_500 } });
    const { error } = await endsWithin(3_500, () => ask(hasty));
    expect(error).toMatchObject({ code: "model_timeout" });
  });

  it("gets three attempts when no connection can be made", async () => {
    const closed = await freePort();
    const { error } = await ask(openAiModel(`http://127.0.0.1:${closed}/v1`));
    expect(error).toMatchObject(before("model_unavailable", "connection_failed"));
  });
});

describe("structured calls", () => {
  const extract = (wanted = model) =>
    wanted.extract(
      { variables: [{ name: "zip", prompt: "ZIP" }], messages: [{ role: "user", content: "30301" }], settings, hints },
      { signal: never },
    );

  it.each([
    ["hang", { type: "hang" }, "model_timeout"],
    ["500", { type: "status", status: 500 }, "model_unavailable"],
    ["reset", { type: "reset", atByte: 10 }, "model_unavailable"],
    ["garbage", { type: "garbage", after: 0 }, "model_unavailable"],
  ] satisfies [string, ModelFault, string][])("end in one ModelError within their time: %s", async (_, fault, code) => {
    server.setFault(fault);
    const times = timesFor(fault);
    const own = openAiModel(server.url, { timeouts: times });
    await endsWithin(times.taskMs + 1_000, () =>
      expect(extract(own)).rejects.toMatchObject({ name: "ModelError", code, afterFirstToken: false }),
    );
    own.close();
    await eventually(() => server.calls.every(({ outcome }) => outcome !== "pending"));
  });

  it("are retried after a failure", async () => {
    server.setFault((call) => (call.n < 3 ? { type: "status", status: 503 } : null));
    expect((await extract()).values).toEqual({ zip: null });
    expect(server.calls).toHaveLength(3);
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
