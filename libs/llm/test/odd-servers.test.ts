import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";
import { setImmediate } from "node:timers/promises";
import { createLogger, createMetrics, injectTrace, withOwnTrace } from "@parley/observability";
import { endsWithin, eventually } from "@parley/testkit";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askOnce, FAST, hints, never, openAiModel, PATIENT, replyRequest, settings } from "./requests.js";

const TEXT = "Grüße, 世界 👋🏽";
const PIECES = ["Grüße", ", 世界", " 👋🏽"];
const USAGE = { prompt_tokens: 9, completion_tokens: 7 };

const piece = (content: string) => JSON.stringify({ choices: [{ index: 0, delta: { content } }] });
const FINISH = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
const EVENTS = [...PIECES.map(piece), FINISH, JSON.stringify({ choices: [], usage: USAGE }), "[DONE]"];
const stream = (events: string[], format = (data: string) => `data: ${data}\n\n`) => events.map(format).join("");

type Answer = (response: ServerResponse) => void | Promise<void>;
const sse = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" });
const says =
  (body: string): Answer =>
  (response) => {
    sse(response);
    response.end(body);
  };

let answer: Answer;
let asked: number;
let connections: number;
let base: string;
const server = createServer((request, response) => {
  asked += 1;
  request.resume().once("end", () => void answer(response));
}).on("connection", () => {
  connections += 1;
});
beforeEach(async () => {
  asked = 0;
  connections = 0;
  await once(server.listen(0, "127.0.0.1"), "listening");
  base = `http://127.0.0.1:${portOf(server)}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function portOf(listening: Server): number {
  const address = listening.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function ask(options: Parameters<typeof openAiModel>[1] = {}) {
  const model = openAiModel(`${base}/v1`, options);
  const ended = await askOnce(model);
  model.close();
  return ended;
}

describe("a server with an unusual stream format is understood:", () => {
  it.each<[string, string]>([
    ["plain", stream(EVENTS)],
    ["CRLF", stream(EVENTS, (data) => `data: ${data}\r\n\r\n`)],
    ["no blank after the colon", stream(EVENTS, (data) => `data:${data}\n\n`)],
    ["comments as a sign of life", stream(EVENTS, (data) => `: OPENROUTER PROCESSING\n\n:\ndata: ${data}\n\n: \n\n`)],
    ["other fields", `retry: 10\n\n${stream(EVENTS, (data) => `event: message\nid: 1\ndata: ${data}\nfoo\n\n`)}`],
    ["data on two lines", stream(EVENTS, (data) => `data: ${data.replace(":", ":\ndata: ")}\n\n`)],
    ["further line ends", stream(EVENTS, (data) => `\n\n\ndata: ${data}\n\n\n`)],
    ["words after the end", `${stream(EVENTS)}data: what?\n\n`],
  ])("%s", async (_, body) => {
    const usage = { inputTokens: 9, outputTokens: 7 };
    answer = says(body);
    expect(await ask()).toMatchObject({ reply: { text: TEXT, finishReason: "stop", usage }, pieces: PIECES });
    // Cut after each byte: inside line ends, names and characters.
    answer = (response) => {
      sse(response);
      for (const byte of Buffer.from(body)) response.write(Buffer.of(byte));
      response.end();
    };
    expect(await ask()).toMatchObject({ reply: { text: TEXT, finishReason: "stop", usage }, pieces: PIECES });
    expect(asked).toBe(2);
  });

  it("without reported usage the reply has an estimate, marked as one", async () => {
    answer = says(stream([...PIECES.map(piece), FINISH, "[DONE]"]));
    const { reply } = await ask();
    expect(reply).toMatchObject({ text: TEXT, usage: { estimated: true, doubt: "missing" } });
  });

  it("missing and null fields are ignored", async () => {
    const odd = ["{}", '{"choices":null}', '{"choices":[]}', '{"choices":[{}]}', '{"choices":[{"delta":null}]}'];
    answer = says(stream([...odd, '{"choices":[{"delta":{"content":null}}],"usage":null}', ...EVENTS]));
    expect((await ask()).reply?.text).toBe(TEXT);
  });
});

describe("a server that fails under a good status", () => {
  const error = JSON.stringify({ error: { message: "overloaded: secret words", code: 529 } });

  it("is retried when its error comes before the first words", async () => {
    answer = (response) => says(asked < 3 ? stream([error]) : stream(EVENTS))(response);
    expect(await ask()).toMatchObject({ reply: { text: TEXT }, said: TEXT });
    expect(asked).toBe(3);
  });

  it("ends the reply when its error comes after them, and its text is not logged", async () => {
    const lines: string[] = [];
    const logger = createLogger({
      service: "test",
      level: "debug",
      destination: { write: (line) => lines.push(line) },
    });
    for (const last of [error, '{"choices": secret words']) {
      answer = says(stream([piece("Grüße"), last]));
      const reason = last === error ? "error_in_stream" : "malformed_answer";
      expect(await ask({ logger })).toMatchObject({ error: { reason, afterFirstToken: true }, said: "Grüße" });
    }
    expect(lines).toHaveLength(2);
    expect(lines.join("")).not.toMatch(/secret|Grüße/);
  });

  it("has given no answer when it sends no event stream", async () => {
    answer = says(JSON.stringify({ choices: [{ message: { content: TEXT }, finish_reason: "stop" }] }));
    expect(await ask()).toMatchObject({ error: { reason: "ended_early" }, said: "" });
  });

  it("is cut off after 16 MiB", async () => {
    let cut = false;
    answer = async (response) => {
      sse(response);
      response.once("close", () => {
        cut = !response.writableFinished;
      });
      const comment = `: ${"x".repeat(1024 * 1024)}\n`;
      while (!response.destroyed) {
        response.write(comment);
        await setImmediate();
      }
    };
    expect(await ask()).toMatchObject({ error: { code: "model_unavailable", reason: "malformed_answer" } });
    await eventually(() => cut);
    expect(asked).toBe(3);
  });
});

describe("a server that refuses", () => {
  it.each([
    ["a page", "<html>secret</html>".repeat(10_000)],
    ["nothing", ""],
    ["half an error", '{"error": {"mess'],
  ])("with %s in its answer is told by its status, over one connection", async (_, body) => {
    answer = (response) => void response.writeHead(asked < 3 ? 503 : 400, { "retry-after": "0" }).end(body);
    const { error } = await ask();
    expect(error).toMatchObject({ code: "model_unavailable", reason: "status_400" });
    expect(String(error)).not.toContain("secret");
    expect({ asked, connections }).toEqual({ asked: 3, connections: 1 });
  });

  it("with an endless error body is given up in time", async () => {
    answer = (response) => void response.writeHead(503).write("{");
    const { error } = await endsWithin(6_000, () => ask({ timeouts: FAST }));
    expect(error).toMatchObject({ code: "model_timeout", reason: "first_token_timeout" });
  });

  it("is reported by its status when the connection breaks during its answer", async () => {
    answer = (response) => {
      response.writeHead(400, { "content-length": 100 }).write("{", () => response.destroy());
    };
    expect(await ask()).toMatchObject({ error: { reason: "status_400" } });
  });

  it.each([301, 302, 303, 307, 308])("is not followed when it redirects (%i)", async (status) => {
    answer = (response) => void response.writeHead(status, { location: `${base}/elsewhere` }).end();
    expect(await ask()).toMatchObject({ error: { code: "model_unavailable", reason: `status_${status}` } });
    expect(asked).toBe(1);
  });
});

describe("a connection", () => {
  it("is not reused after the server closed it between two calls", async () => {
    answer = (response) => {
      const { socket } = sse(response);
      response.end(stream(EVENTS), () => socket?.end());
    };
    const metrics = createMetrics();
    const model = openAiModel(`${base}/v1`, { metrics });
    for (let call = 1; call <= 3; call += 1) {
      expect((await askOnce(model)).reply?.text).toBe(TEXT);
      const open = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
      await eventually(async () => (await open()) === 0);
    }
    model.close();
    expect(asked).toBe(3);
    expect(await metrics.text()).not.toMatch(/parley_model_retries_total\{/);
  });

  it("is made to the path of the base URL, with or without a slash", async () => {
    const paths: (string | undefined)[] = [];
    const note = (request: { url?: string }) => paths.push(request.url);
    server.on("request", note);
    answer = says(stream(EVENTS));
    for (const path of ["", "/", "/v1", "/v1/", "/proxy/openai/v1"]) {
      const model = openAiModel(base + path);
      await askOnce(model);
      await model.extract({ variables: [], messages: [], settings, hints }, { signal: never }).catch(() => undefined);
      model.close();
    }
    server.off("request", note);
    expect([...new Set(paths)]).toEqual([
      "/chat/completions",
      "/v1/chat/completions",
      "/proxy/openai/v1/chat/completions",
    ]);
  });

  describe("that is never established", () => {
    const silent = createTcpServer(() => undefined);
    let url: string;
    beforeEach(async () => {
      await once(silent.listen(0, "127.0.0.1"), "listening");
      url = `https://127.0.0.1:${portOf(silent)}/v1`;
    });
    afterEach(() => void silent.close());

    const extract = (model: ReturnType<typeof openAiModel>) =>
      model.extract({ variables: [], messages: [], settings, hints }, { signal: never });

    it.each(["reply", "extract"] as const)("ends at its own time (%s)", async (operation) => {
      const model = openAiModel(url, { timeouts: { ...PATIENT, connectMs: 400 } });
      const call = operation === "reply" ? model.reply(replyRequest("hello"), { signal: never }) : extract(model);
      await endsWithin(8_000, () =>
        expect(call).rejects.toMatchObject({ code: "model_unavailable", reason: "connect_timeout" }),
      );
      model.close();
    });

    it("does not hold up a caller that gives up", async () => {
      const model = openAiModel(url);
      const caller = new AbortController();
      const reply = model.reply(replyRequest("hello"), { signal: caller.signal });
      setTimeout(() => caller.abort("gone"), 50);
      await endsWithin(2_000, () => expect(reply).rejects.toBe("gone"));
      model.close();
    });
  });
});

describe("streamed output of a server", () => {
  it("is passed on at once", async () => {
    let first = false;
    answer = async (response) => {
      sse(response);
      response.write(stream([piece("Grüße")]));
      await eventually(() => first);
      response.end(stream([FINISH]));
    };
    const model = openAiModel(`${base}/v1`);
    await model.reply(replyRequest("hello"), {
      signal: never,
      onDelta: () => {
        first = true;
      },
    });
    model.close();
    expect(first).toBe(true);
  });

  it("is not passed on after its caller gave up, not even from the same packet", async () => {
    answer = says(stream(EVENTS));
    const model = openAiModel(`${base}/v1`);
    const caller = new AbortController();
    const said: string[] = [];
    const reply = model.reply(replyRequest("hello"), {
      signal: caller.signal,
      onDelta: (text) => {
        said.push(text);
        caller.abort("gone");
      },
    });
    await expect(reply).rejects.toBe("gone");
    model.close();
    expect(said).toEqual(PIECES.slice(0, 1));
  });

  it("is passed on in the trace of its own call, although another call opened the connection", async () => {
    answer = says(stream(EVENTS));
    const model = openAiModel(`${base}/v1`);
    const traces = ["a", "b"].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-00`);
    const heard: (string | undefined)[] = [];
    const onDelta = (): void => {
      const headers: Record<string, string> = {};
      injectTrace(headers);
      heard.push(headers.traceparent);
    };
    for (const trace of traces) {
      await withOwnTrace(trace, () => model.reply(replyRequest("hello"), { signal: never, onDelta }));
      // A connection rests for one turn of the event loop before it is used again.
      await setImmediate();
    }
    model.close();
    expect(heard).toEqual(traces.flatMap((trace) => PIECES.map(() => trace)));
    expect(connections).toBe(1);
  });
});
