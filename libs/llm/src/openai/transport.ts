import { AsyncResource } from "node:async_hooks";
import { injectTrace } from "@parley/observability";
import { type Dispatcher, Pool } from "undici";
import { AttemptFailure, factsOf, factsOfStatus, unreachable } from "./attempt-failure.js";

/** More than any answer within the token limits; a server that sends more is broken. */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;
/** A server that keeps connections for a shorter time announces it or closes them. */
const KEEP_ALIVE_MS = 60_000;

/** Gets each part of a successful answer at once, in the context of the call. `false` = enough: the connection is cut. */
type Read = (part: Buffer) => boolean;

export interface Transport {
  /**
   * One POST of JSON to a path below the base URL, over kept-alive connections; redirects are not followed. Its only deadline is for
   * connecting.
   */
  post(path: string, body: string, read: Read): Exchange;
  close(): void;
}

export function createTransport(options: { baseUrl: string; apiKey: string; connectMs: number }): Transport {
  const base = new URL(options.baseUrl);
  const root = base.pathname.replace(/\/$/, "");
  const pool = new Pool(base.origin, {
    connect: { timeout: options.connectMs },
    keepAliveTimeout: KEEP_ALIVE_MS,
    // The watchdog of each attempt enforces both deadlines.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    post: (path, body, read) => {
      const headers: Record<string, string> = {
        accept: "application/json",
        authorization: `Bearer ${options.apiKey}`,
        "content-type": "application/json",
        "user-agent": "parley",
      };
      injectTrace(headers);
      const exchange = new Exchange(read);
      pool.dispatch({ path: root + path, method: "POST", headers, body }, exchange);
      return exchange;
    },
    close: () => void pool.destroy(),
  };
}

/**
 * One request and its answer. Sockets call back in the context of the request that opened them; `read` runs in the context of its own
 * call.
 */
class Exchange extends AsyncResource implements Dispatcher.DispatchHandler {
  /** Resolves when the answer, or enough of it, was read. Rejects with AttemptFailure. */
  readonly ended: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (failure: AttemptFailure) => void = () => undefined;
  #controller: Dispatcher.DispatchController | null = null;
  #aborted = false;
  #status = 0;
  #headers: Record<string, string | string[] | undefined> = {};
  #bytes = 0;

  constructor(private readonly read: Read) {
    super("ModelRequest");
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Ends it at once, at any time, even while it waits for its connection. */
  readonly abort = (): void => {
    this.#aborted = true;
    const error = new Error("aborted");
    this.#fail(error);
    this.#controller?.abort(error);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) this.abort();
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: unknown, part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes > MAX_RESPONSE_BYTES) throw new Error("response too large");
    // The body of a refusal is read only to keep the connection, and dropped, because it can quote the prompt.
    if (this.#status >= 300 || this.runInAsyncScope(this.read, null, part)) return;
    this.#resolve();
    this.abort();
  }

  onResponseEnd(): void {
    if (this.#status >= 300) this.#fail(null);
    else this.#resolve();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#fail(error);
  }

  #fail(error: Error | null): void {
    if (this.#status >= 300) this.#reject(new AttemptFailure(factsOfStatus(this.#status, this.#headers)));
    else this.#reject(new AttemptFailure(this.#status >= 200 ? factsOf(error) : unreachable(error)));
  }
}
