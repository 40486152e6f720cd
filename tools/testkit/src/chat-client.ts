import { createHash, createHmac } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createParser } from "eventsource-parser";

/** One HTTP answer, read to its end. `body` is the parsed JSON, or `{}` when the answer is no JSON. */
export interface HttpAnswer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

export interface CallOptions {
  headers?: Record<string, string>;
  /** Milliseconds until the call is given up; default 30 s. */
  timeoutMs?: number;
  /** Which server; default: the next of the client's. */
  base?: string;
  /** Signed calls only: a single-use nonce. */
  nonce?: string;
}

/** Sends a request and reads the whole answer. A string body is sent as it is. Throws when the connection fails. */
export async function call<Body = Record<string, unknown>>(
  url: string,
  method: string,
  { body, headers = {}, timeoutMs = 30_000 }: { body?: string | undefined } & CallOptions = {},
): Promise<HttpAnswer<Body>> {
  const response = await fetch(url, {
    method,
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
  // Test equipment: a wrong shape shows in the comparison of the test that requested it.
  const parsed = (isJson && text !== "" ? JSON.parse(text) : {}) as Body;
  return { status: response.status, headers: response.headers, text, body: parsed };
}

interface SignatureParts {
  key: string;
  keyId?: string | undefined;
  nonce?: string | undefined;
  /** Unix seconds; default now. */
  timestamp?: string | undefined;
}

/** Headers of a signed request, written after the text chat API document and independent of the server's own code. */
export function signedHeaders(
  parts: SignatureParts,
  request: { method: string; target: string; body?: string | undefined },
): Record<string, string> {
  const timestamp = parts.timestamp ?? String(Math.floor(Date.now() / 1000));
  const bodyHash = createHash("sha256")
    .update(request.body ?? "")
    .digest("hex");
  const signed = `${timestamp}${parts.nonce ?? ""}${request.method.toUpperCase()}${request.target}${bodyHash}`;
  return {
    "x-timestamp": timestamp,
    "x-signature": createHmac("sha256", parts.key).update(signed).digest("hex"),
    ...(parts.nonce === undefined ? {} : { "x-nonce": parts.nonce }),
    ...(parts.keyId === undefined ? {} : { "x-key-id": parts.keyId }),
  };
}

export interface ApiClient {
  /** Calls a path; an object becomes JSON, a string is sent as it is. */
  call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<HttpAnswer<Body>>;
  /** Address and headers of an event stream, fresh for each opening and on the next server each time. */
  stream(path: string): { url: string; headers: Record<string, string> };
}

const asText = (body: unknown): string | undefined =>
  body === undefined || typeof body === "string" ? body : JSON.stringify(body);

function rotating(bases: readonly string[]): () => string {
  let next = 0;
  return () => {
    const base = bases[next % bases.length];
    next += 1;
    if (base === undefined) throw new Error("a client needs the address of a server");
    return base;
  };
}

/** A trusted backend: every request is signed, in rotation over the servers. */
export function createSignedClient(options: { bases: readonly string[]; key: string; keyId?: string }): ApiClient {
  const nextBase = rotating(options.bases);
  const sign = (method: string, target: string, body?: string, nonce?: string) =>
    signedHeaders({ key: options.key, keyId: options.keyId, nonce }, { method, target, body });
  return {
    call: (method, path, body, more = {}) => {
      const text = asText(body);
      const headers = { ...sign(method, path, text, more.nonce), ...more.headers };
      return call(`${more.base ?? nextBase()}${path}`, method, { ...more, body: text, headers });
    },
    stream: (path) => ({ url: `${nextBase()}${path}`, headers: sign("GET", path) }),
  };
}

/** A caller with a bearer token (owner or visitor), or with none; in rotation over the servers. */
export function createBearerClient(options: { bases: readonly string[]; token?: string | undefined }): ApiClient {
  const nextBase = rotating(options.bases);
  const auth: Record<string, string> = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` };
  return {
    call: (method, path, body, more = {}) =>
      call(`${more.base ?? nextBase()}${path}`, method, {
        ...more,
        body: asText(body),
        headers: { ...auth, ...more.headers },
      }),
    stream: (path) => ({ url: `${nextBase()}${path}`, headers: auth }),
  };
}

export interface StreamedEvent {
  /** Only durable events have one. */
  id: string | null;
  event: string;
  data: Record<string, unknown>;
}

interface StreamRequest {
  url: string;
  headers: Record<string, string>;
  method?: string;
  body?: string;
  lastEventId?: string | null;
  signal?: AbortSignal;
}

/** Reads one event stream to its end. `status` is not 200 when there was none. Throws when the connection fails or is cut. */
export async function readEvents(
  { url, headers, method = "GET", body, lastEventId, signal }: StreamRequest,
  onEvent: (event: StreamedEvent) => void,
): Promise<{ status: number; headers: Headers }> {
  const response = await fetch(url, {
    method,
    headers: {
      accept: "text/event-stream",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
      ...(lastEventId ? { "last-event-id": lastEventId } : {}),
    },
    ...(body === undefined ? {} : { body }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    return { status: response.status, headers: response.headers };
  }
  const parser = createParser({
    onEvent: ({ id, event, data }) => {
      // Test equipment, as above.
      const parsed = JSON.parse(data) as Record<string, unknown>;
      onEvent({ id: id ?? null, event: event ?? "message", data: parsed });
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body) parser.feed(decoder.decode(chunk, { stream: true }));
  return { status: response.status, headers: response.headers };
}

/** A reader that reconnects with its last id whenever its stream breaks off. */
export interface EventFollower {
  /** Everything received so far, in order of arrival. */
  readonly events: readonly StreamedEvent[];
  /** How often a stream was opened. */
  readonly openings: number;
  /** Cuts the stream midway, like a network failure; the reader reconnects. */
  cut(): void;
  /** Resolves when `session_ended` was read, or there are no more events (204). */
  readonly ended: Promise<void>;
  /** Stops permanently. */
  stop(): Promise<void>;
}

const PAUSE_MS = 50;

/** Follows the events of a session across cuts and servers. */
export function followEvents(open: () => { url: string; headers: Record<string, string> }): EventFollower {
  const events: StreamedEvent[] = [];
  let openings = 0;
  let lastEventId: string | null = null;
  let over = false;
  let current = new AbortController();
  let finish = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const onEvent = (event: StreamedEvent): void => {
    events.push(event);
    if (event.id !== null) lastEventId = event.id;
    if (event.event === "session_ended") over = true;
  };
  const run = async (): Promise<void> => {
    while (!over) {
      current = new AbortController();
      openings += 1;
      try {
        const { status } = await readEvents({ ...open(), lastEventId, signal: current.signal }, onEvent);
        if (status === 204) over = true;
      } catch {
        // Cut by the test, or the server went away: reconnect with the last id.
      }
      if (!over) await delay(PAUSE_MS * (0.5 + Math.random()));
    }
    finish();
  };
  const running = run();
  return {
    events,
    get openings() {
      return openings;
    },
    cut: () => current.abort(),
    ended,
    async stop() {
      over = true;
      current.abort();
      await running;
    },
  };
}
