import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/**
 * An OpenAI-compatible server as a process of its own. It answers at once with one short sentence; the last user message can
 * ask for more: `[[tokens=200 delay=10 first=300]]` (number of tokens, milliseconds between them and before the first). With
 * `tokens` each token is `<microseconds>;`, the monotonic clock of this machine when it was sent, so that a reader in another
 * process can tell how old it is. Prints `{"url": …}` when it listens.
 */
const ANSWER = ["Certainly", ",", " that", " is", " one", " short", " sentence", "."];

interface Order {
  tokens: number | null;
  delayMs: number;
  firstMs: number;
}

function orderOf(text: string): Order {
  const order = /\[\[([^\]]*)\]\]/.exec(text)?.[1] ?? "";
  const number = (name: string): number | null => {
    const found = new RegExp(`${name}=(\\d+)`).exec(order)?.[1];
    return found === undefined ? null : Number(found);
  };
  return { tokens: number("tokens"), delayMs: number("delay") ?? 0, firstMs: number("first") ?? 0 };
}

const head = { id: "chatcmpl-1", created: 1_700_000_000, model: "fake" };
const USAGE = { prompt_tokens: 20, completion_tokens: 8, total_tokens: 28 };
const chunk = (delta: Record<string, unknown>, finishReason: string | null = null): string =>
  `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finishReason }] })}\n\n`;
const OPENING = chunk({ role: "assistant", content: "" });
const CLOSING = `${chunk({}, "stop")}data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [], usage: USAGE })}\n\ndata: [DONE]\n\n`;
const INSTANT = `${OPENING}${ANSWER.map((content) => chunk({ content })).join("")}${CLOSING}`;
const WHOLE = JSON.stringify({
  ...head,
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content: ANSWER.join("") }, finish_reason: "stop" }],
  usage: USAGE,
});

const microseconds = (): string => String(process.hrtime.bigint() / 1_000n);

async function stream(response: ServerResponse, { tokens, delayMs }: Order): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  if (tokens === null) return void response.end(INSTANT);
  response.write(OPENING);
  const startedAt = performance.now();
  for (let sent = 0; sent < tokens; sent += 1) {
    // By the clock, not by adding up timers: late timers must not slow the model down.
    const early = startedAt + sent * delayMs - performance.now();
    if (early > 0) await delay(early);
    if (response.destroyed) return;
    response.write(chunk({ content: `${microseconds()};` }));
  }
  response.end(CLOSING);
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  // Test equipment: the sender is the adapter or the reference.
  const body = JSON.parse(Buffer.concat(parts).toString("utf8")) as {
    stream?: boolean;
    messages?: { role: string; content: string }[];
  };
  const order = orderOf(body.messages?.findLast(({ role }) => role === "user")?.content ?? "");
  if (order.firstMs > 0) await delay(order.firstMs);
  if (body.stream) return stream(response, order);
  response.writeHead(200, { "content-type": "application/json" }).end(WHOLE);
}

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  answer(request, response).catch(() => response.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/v1` })}\n`);
});
process.once("SIGTERM", () => process.exit(0));
