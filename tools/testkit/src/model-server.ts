import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** One request to the model server, as it arrived. */
export interface ModelCall {
  /** 1, 2, 3 … in order of arrival. */
  n: number;
  model: string;
  stream: boolean;
  messages: { role: string; content: string }[];
  lastUserText: string;
  /** Name of the JSON schema of a structured call, else null. */
  schema: string | null;
  body: Record<string, unknown>;
  /** The header of this name; null = the caller sent none. */
  traceparent: string | null;
  /** How the call ended; `pending` while it runs, `cut` when the client went away first. */
  outcome: "pending" | "answered" | "failed" | "cut";
}

/** What goes wrong with one call. Token counts are words; `after` = tokens sent before it happens. */
export type ModelFault =
  | { type: "hang" }
  | { type: "hang_mid_stream"; after: number }
  | { type: "status"; status: number; retryAfterSeconds?: number }
  | { type: "reset"; atByte: number }
  | { type: "garbage"; after: number }
  | { type: "end_early"; after: number }
  | { type: "endless"; tokenDelayMs?: number }
  | { type: "slow"; tokenDelayMs: number }
  /** Silent at first, then answers normally. */
  | { type: "late"; ms: number }
  | { type: "empty" }
  /** Complete answer, but the connection is never closed after `[DONE]`. */
  | { type: "hang_at_end" };

type FaultRule = ModelFault | null | ((call: ModelCall) => ModelFault | null);

export interface ModelServerOptions {
  /** The answer to a call; default `echo(<last user text>)`, and for structured calls nulls and `no_match`. */
  reply?: (call: ModelCall) => string;
  faults?: FaultRule;
  /** The reported token usage, instead of the number of words. */
  usage?: () => unknown;
  /** 0 (default) = a free port. */
  port?: number;
  /** Keep every call in `calls` (default). The bench turns it off. */
  record?: boolean;
}

export interface ModelServer {
  /** Base URL for clients, `/v1` included. */
  url: string;
  /** Every call so far, in order of arrival. */
  calls: ModelCall[];
  /** From now on: one fault for every call, a function of the call, or null for none. */
  setFault(fault: FaultRule): void;
  /** Connections open right now. */
  connections(): Promise<number>;
  /** Cuts every connection and stops. */
  close(): Promise<void>;
}

/**
 * An OpenAI-compatible server (`/v1/chat/completions`, `/v1/models`) that answers at once with a function of the call and
 * misbehaves on demand. Other processes drive it by `GET /calls` and `POST /fault` (a fault as JSON, or null).
 */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const calls: ModelCall[] = [];
  let fault: FaultRule = options.faults ?? null;
  let count = 0;
  const closing = new AbortController();

  const complete = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = describeCall(++count, await readJson(request), request);
    if (options.record !== false) calls.push(call);
    const client = new AbortController();
    response.on("close", () => {
      if (call.outcome === "pending") call.outcome = "cut";
      client.abort();
    });
    const rule = typeof fault === "function" ? fault(call) : fault;
    const text = rule?.type === "empty" ? "" : (options.reply ?? defaultReply)(call);
    const usage = options.usage === undefined ? usageOf(call, text) : options.usage();
    await answer({
      call,
      text,
      usage,
      fault: rule,
      response,
      signal: AbortSignal.any([closing.signal, client.signal]),
    });
  };

  const server = createServer((request, response) => {
    route(request, response).catch(() => response.destroy());
  });
  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "";
    if (request.method === "POST" && path.endsWith("/chat/completions")) return complete(request, response);
    if (path.endsWith("/models"))
      return sendJson(response, { object: "list", data: [{ id: "fake", object: "model" }] });
    if (path === "/calls") return sendJson(response, { count, calls });
    if (request.method === "POST" && path === "/fault") {
      // Test equipment: the sender is the test itself.
      fault = (await readJson(request)) as ModelFault | null;
      return sendJson(response, { ok: true });
    }
    response.writeHead(404).end();
  };

  await listen(server, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    calls,
    setFault: (next) => {
      fault = next;
    },
    connections: () =>
      new Promise((resolve, reject) => server.getConnections((error, open) => (error ? reject(error) : resolve(open)))),
    close: () => {
      closing.abort();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface Answer {
  call: ModelCall;
  text: string;
  usage: unknown;
  fault: ModelFault | null;
  response: ServerResponse;
  signal: AbortSignal;
}

async function answer({ call, text, usage, fault, response, signal }: Answer): Promise<void> {
  if (fault?.type === "hang") return waitForEver(signal);
  if (fault?.type === "late") await delay(fault.ms, undefined, { signal }).catch(() => undefined);
  if (fault?.type === "status") {
    call.outcome = "failed";
    const headers: Record<string, string> =
      fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) };
    return sendJson(response, { error: { message: "injected", type: "injected", code: null } }, fault.status, headers);
  }
  if (fault?.type === "reset") {
    const whole = call.stream ? streamOf(call, text, usage).join("") : JSON.stringify(completion(call, text, usage));
    response.writeHead(200, { "content-type": call.stream ? "text/event-stream" : "application/json" });
    response.flushHeaders();
    call.outcome = "failed";
    if (fault.atByte > 0) await new Promise<void>((sent) => response.write(whole.slice(0, fault.atByte), () => sent()));
    response.socket?.resetAndDestroy();
    return;
  }
  if (call.stream) return stream({ call, text, usage, fault, response, signal });
  if (fault?.type === "garbage") return finish(call, response, "{ this is no JSON");
  sendJson(response, completion(call, text, usage));
  call.outcome = "answered";
}

async function stream({ call, text, usage, fault, response, signal }: Answer): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const chunks = streamOf(call, text, usage);
  switch (fault?.type) {
    case "hang_mid_stream":
      response.write(chunks.slice(0, fault.after + 1).join(""));
      return waitForEver(signal);
    case "garbage":
      return finish(call, response, `${chunks.slice(0, fault.after + 1).join("")}data: {"choices": [{]]\n\n`);
    case "end_early":
      return finish(call, response, chunks.slice(0, fault.after + 1).join(""));
    case "hang_at_end":
      response.write(chunks.join(""));
      return waitForEver(signal);
    case "endless":
      while (!signal.aborted) {
        response.write(chunk(call, { content: "more " }));
        await delay(fault.tokenDelayMs ?? 1, undefined, { signal }).catch(() => undefined);
      }
      return;
    case "slow":
      for (const part of chunks) {
        response.write(part);
        await delay(fault.tokenDelayMs, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
      }
      response.end();
      break;
    default:
      response.end(chunks.join(""));
  }
  call.outcome = "answered";
}

function finish(call: ModelCall, response: ServerResponse, text: string): void {
  call.outcome = "failed";
  response.end(text);
}

/** The role chunk, one chunk per word, the finish chunk, the usage chunk, `[DONE]`. */
function streamOf(call: ModelCall, text: string, usage: unknown): string[] {
  return [
    chunk(call, { role: "assistant", content: "" }),
    ...words(text).map((content) => chunk(call, { content })),
    chunk(call, {}, "stop"),
    `data: ${JSON.stringify({ ...head(call, "chat.completion.chunk"), choices: [], usage })}\n\n`,
    "data: [DONE]\n\n",
  ];
}

function chunk(call: ModelCall, delta: Record<string, unknown>, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ ...head(call, "chat.completion.chunk"), choices })}\n\n`;
}

function completion(call: ModelCall, text: string, usage: unknown): Record<string, unknown> {
  const choices = [{ index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" }];
  return { ...head(call, "chat.completion"), choices, usage };
}

function head(call: ModelCall, object: string): Record<string, unknown> {
  return { id: `chatcmpl-${call.n}`, object, created: 1_700_000_000, model: call.model };
}

function usageOf(call: ModelCall, text: string): Record<string, number> {
  const input = call.messages.reduce((sum, message) => sum + words(message.content).length, 0);
  const output = words(text).length;
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function words(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? [];
}

function defaultReply(call: ModelCall): string {
  if (call.schema === "classification") return JSON.stringify({ intent: "no_match", confidence: 0 });
  if (call.schema !== null) return "{}";
  return `echo(${call.lastUserText})`;
}

function describeCall(n: number, json: unknown, { headers }: IncomingMessage): ModelCall {
  // Test equipment: the sender is the adapter under test, wrong shapes show up in the test's own comparison.
  const body = json as {
    model?: string;
    stream?: boolean;
    messages?: { role: string; content: string }[];
    response_format?: { json_schema?: { name?: string } };
  } & Record<string, unknown>;
  const messages = body.messages ?? [];
  return {
    n,
    model: body.model ?? "",
    stream: body.stream === true,
    messages,
    lastUserText: messages.findLast(({ role }) => role === "user")?.content ?? "",
    schema: body.response_format?.json_schema?.name ?? null,
    body,
    traceparent: typeof headers.traceparent === "string" ? headers.traceparent : null,
    outcome: "pending",
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString("utf8"));
}

function sendJson(response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function waitForEver(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}
