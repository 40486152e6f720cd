import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { injectTrace } from "@parley/observability";

/** More than any answer within the token limits; a server that sends more is broken. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/**
 * A `fetch` with what the SDK needs and nothing else, over node:http with kept connections: about a third of the CPU time
 * per call of the built-in one. Supports string bodies, abort signals and streaming; no redirects, no decompression.
 */
export function createLeanFetch(connectTimeoutMs: number): { fetch: typeof fetch; close(): void } {
  const agents = {
    http: new HttpAgent({ keepAlive: true, scheduling: "lifo", maxFreeSockets: 256 }),
    https: new HttpsAgent({ keepAlive: true, scheduling: "lifo", maxFreeSockets: 256 }),
  };

  const leanFetch = (url: string, init: RequestInit = {}): Promise<LeanResponse> =>
    new Promise((resolve, reject) => {
      const signal = init.signal ?? undefined;
      const secure = url.startsWith("https:");
      const send = secure ? httpsRequest : httpRequest;
      const body = typeof init.body === "string" ? init.body : "";
      const headers = headersOf(init.headers);
      injectTrace(headers);
      headers["content-length"] = String(Buffer.byteLength(body));
      const request = send(url, {
        method: init.method ?? "GET",
        agent: secure ? agents.https : agents.http,
        headers,
        ...(signal ? { signal } : {}),
      });
      request.on("error", reject);
      request.on("response", (message) => resolve(new LeanResponse(message, url)));
      request.on("socket", (socket) => {
        if (!socket.connecting) return;
        const timer = setTimeout(() => request.destroy(new Error("connect timeout")), connectTimeoutMs);
        const done = (): void => clearTimeout(timer);
        socket.once(secure ? "secureConnect" : "connect", done).once("close", done);
      });
      request.end(body);
    });

  return {
    // The SDK uses a small part of Response (status, headers, body, text, json), which LeanResponse has.
    fetch: leanFetch as unknown as typeof fetch,
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function headersOf(init: RequestInit["headers"]): Record<string, string> {
  return Object.fromEntries((init instanceof Headers ? init : new Headers(init)).entries());
}

class LeanResponse {
  readonly status: number;
  readonly ok: boolean;
  /** Lower-case names; Map has the two methods of Headers that the SDK uses (get, entries). */
  readonly headers: Map<string, string>;
  readonly body: AsyncIterable<Buffer>;

  constructor(
    message: IncomingMessage,
    readonly url: string,
  ) {
    this.status = message.statusCode ?? 0;
    this.ok = this.status >= 200 && this.status < 300;
    this.headers = new Map(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
    this.body = bounded(message);
  }

  async text(): Promise<string> {
    const parts: Buffer[] = [];
    for await (const part of this.body) parts.push(part);
    return Buffer.concat(parts).toString("utf8");
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

async function* bounded(message: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const part of message) {
    bytes += part.length;
    if (bytes > MAX_RESPONSE_BYTES) throw new Error("response too large");
    yield part;
  }
}
