import { createInterface } from "node:readline";
import { createParser } from "eventsource-parser";
import { EXIT, type Io, usageError } from "../io.js";
import { type Globals, urlOf } from "../settings.js";

type Id = string | number | null;

/** A JSON-RPC message, as far as it is parsed here. */
interface Message {
  id?: Id;
  method?: string;
  params?: { _meta?: Record<string, unknown>; name?: unknown; uri?: unknown; requestId?: Id };
  result?: { protocolVersion?: unknown };
}

const REVISION = "io.modelcontextprotocol/protocolVersion";
/** For methods about one object, the parameter that is also sent as a header. */
const NAMED_BY: Readonly<Record<string, "name" | "uri">> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};
const PARSE_ERROR = -32_700;
const UNREACHED = -32_000;

/**
 * For MCP clients that start a program instead of opening an address: forwards each line of standard input to `/mcp`, and its answers to
 * standard output. It adds the token and the headers of the transport and interprets nothing else, so tools, roles and refusals are the
 * server's. Ends with standard input, after the pending answers.
 */
export async function serveMcp(io: Io, options: Globals): Promise<number> {
  const token = io.env.PARLEY_TOKEN;
  if (!token) throw usageError("Set PARLEY_TOKEN to an API token (ak_…).");
  const url = `${urlOf(io, options)}/mcp`;
  const running = new Set<Promise<void>>();
  const calls = new Map<Id, AbortController>();
  let revision: string | undefined;
  const write = (message: unknown): void => {
    const { result } = Object(message) as Message;
    if (typeof result?.protocolVersion === "string") revision = result.protocolVersion;
    io.stdout.write(`${JSON.stringify(message)}\n`);
  };
  const pass = async (message: Message): Promise<void> => {
    if (message.method === "notifications/cancelled") calls.get(message.params?.requestId ?? null)?.abort();
    const gone = new AbortController();
    const { id } = message;
    if (id !== undefined && message.method !== undefined) calls.set(id, gone);
    const signal = AbortSignal.any([gone.signal, io.signal]);
    try {
      const headers = { authorization: `Bearer ${token}`, ...headersOf(message, revision) };
      await read(await fetch(url, { method: "POST", headers, body: JSON.stringify(message), signal }), message, write);
    } catch {
      if (!signal.aborted && id !== undefined) write(failure(id, UNREACHED, `No answer from ${url}.`));
    } finally {
      if (id !== undefined && calls.get(id) === gone) calls.delete(id);
    }
  };
  const lines = createInterface({ input: io.stdin });
  io.signal.addEventListener("abort", () => lines.close(), { once: true });
  for await (const line of lines) {
    if (line.trim() === "") continue;
    const message = parsed(line);
    if (message === undefined) {
      write(failure(null, PARSE_ERROR, "Parse error"));
      continue;
    }
    const passing = pass(message).finally(() => running.delete(passing));
    running.add(passing);
  }
  await Promise.all(running);
  return EXIT.ok;
}

function parsed(line: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof message === "object" && message !== null ? message : undefined;
  } catch {
    return undefined;
  }
}

const failure = (id: Id, code: number, message: string) => ({ jsonrpc: "2.0", id, error: { code, message } });

/** A request of revision 2026-07-28 carries its revision; an earlier one has that of the handshake. */
function headersOf({ method, params }: Message, revision: string | undefined): Record<string, string> {
  const headers = { "content-type": "application/json", accept: "application/json, text/event-stream" };
  const own = params?._meta?.[REVISION];
  if (typeof own !== "string" || method === undefined)
    return { ...headers, ...(revision === undefined ? {} : { "mcp-protocol-version": revision }) };
  const named = NAMED_BY[method];
  const name = named && params?.[named];
  return {
    ...headers,
    ...{ "mcp-protocol-version": own, "mcp-method": method },
    ...(typeof name === "string" ? { "mcp-name": inHeader(name) } : {}),
  };
}

const inHeader = (value: string): string =>
  /^[!-~]+( +[!-~]+)*$/.test(value) && !value.startsWith("=?")
    ? value
    : `=?base64?${Buffer.from(value).toString("base64")}?=`;

async function read(answer: Response, { id }: Message, write: (message: unknown) => void): Promise<void> {
  if (answer.headers.get("content-type")?.startsWith("text/event-stream") && answer.body !== null) {
    const parser = createParser({ onEvent: ({ data }) => data !== "" && write(JSON.parse(data)) });
    const decoder = new TextDecoder();
    for await (const chunk of answer.body) parser.feed(decoder.decode(chunk, { stream: true }));
    return;
  }
  const text = await answer.text();
  if (text === "" || id === undefined) return;
  const body = JSON.parse(text) as { jsonrpc?: string; id?: Id; detail?: string };
  // A refusal before the protocol is reached, such as for a wrong token, is a problem document.
  write(body.jsonrpc === undefined ? failure(id, UNREACHED, body.detail ?? `Refused with ${answer.status}.`) : body);
}
