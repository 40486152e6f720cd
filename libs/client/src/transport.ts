import { nextTryMs, type RetryOptions, wait } from "./backoff.js";
import { ParleyError, problemError } from "./errors.js";
import { computeSignature } from "./signature.js";

/** A signing key for servers, or an API token (`ak_…`) of the management calls. */
export type Credentials =
  | {
      type: "key";
      apiKey: string;
      keyId?: string;
      /** Reads carry a nonce as well, as required by a key with `require_nonce`; else only changes do. */
      alwaysNonce?: boolean;
    }
  | { type: "token"; token: string };

export interface ConnectionOptions {
  /** Address of the gateway, for example `https://chat.example.com`. */
  baseUrl: string;
  fetch?: typeof globalThis.fetch;
  /** Milliseconds since 1970; default Date.now. */
  clock?: () => number;
  /** Milliseconds until one try is given up; default 180 000, because a model's answer takes time. */
  timeoutMs?: number;
  retry?: RetryOptions;
}

export interface Call {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Begins with `/`; its parts are already encoded. */
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  /** Serialised as JSON. */
  body?: unknown;
  /** Sent unchanged, with its media type. */
  raw?: { text: string; mediaType: string };
  headers?: Record<string, string>;
  /** False = a repeat might have the effect twice, so only refusals (429) are retried. Default true. */
  repeatable?: boolean;
  signal?: AbortSignal | undefined;
}

export interface Transport {
  /** Makes a call and parses a JSON answer. The type is the caller's claim, fixed by the contract of the path. Throws `ParleyError`. */
  json<T>(call: Call): Promise<T>;
  /**
   * Opens a response and hands it to `consume`; a failure inside counts as a failed try and is retried by the same rules. The deadline
   * covers only the headers; the reader limits the rest.
   */
  open<T>(call: Call, consume: (response: Response) => Promise<T>): Promise<T>;
  /** Milliseconds that the server's clock is ahead of ours, as far as known. */
  readonly skewMs: number;
}

/** With clocks closer than this, a 401 is about the key, not about the time. */
const SKEW_WORTH_CORRECTING_MS = 30_000;

interface Prepared extends Call {
  url: URL;
  target: string;
  text: string;
}

/** Signing, retries, deadlines and clock correction for every call of this package. */
export function createTransport(options: ConnectionOptions & { credentials: Credentials }): Transport {
  const { clock = Date.now, timeoutMs = 180_000, retry = {}, credentials } = options;
  const send = options.fetch ?? globalThis.fetch.bind(globalThis);
  const base = new URL(options.baseUrl.endsWith("/") ? options.baseUrl : `${options.baseUrl}/`);
  let skewMs = 0;

  const attempt = async <T>(
    call: Prepared,
    stream: boolean,
    consume: (response: Response) => Promise<T>,
  ): Promise<T> => {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timeoutMs);
    const signal = call.signal === undefined ? deadline.signal : AbortSignal.any([call.signal, deadline.signal]);
    try {
      const headers = await headersOf(call, credentials, clock() + skewMs);
      const body = call.text === "" ? {} : { body: call.text };
      const response = await send(call.url.href, { method: call.method, headers, redirect: "error", signal, ...body });
      if (stream) clearTimeout(timer);
      if (!response.ok) throw await refused(response, clock);
      return await consume(response);
    } catch (error) {
      if (call.signal?.aborted) throw call.signal.reason;
      if (error instanceof ParleyError) throw error;
      const late = deadline.signal.aborted;
      const detail = late ? `The server did not answer within ${timeoutMs} ms.` : "The server cannot be reached.";
      throw new ParleyError({ status: 0, code: late ? "timeout" : "network_error", detail, cause: error });
    } finally {
      clearTimeout(timer);
    }
  };

  const run = async <T>(call: Call, stream: boolean, consume: (response: Response) => Promise<T>): Promise<T> => {
    const prepared = prepare(call, base);
    let corrected = false;
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(prepared, stream, consume);
      } catch (error) {
        if (!(error instanceof ParleyError)) throw error;
        const serverSkewMs = error instanceof Refusal ? error.skewMs : null;
        if (error.status === 401 && !corrected && credentials.type === "key" && serverSkewMs !== null) {
          corrected = true;
          if (Math.abs(serverSkewMs - skewMs) < SKEW_WORTH_CORRECTING_MS) throw error;
          skewMs = serverSkewMs;
          tries -= 1;
          continue;
        }
        const waitMs = call.repeatable === false && error.status !== 429 ? null : nextTryMs(error, tries, retry);
        if (waitMs === null) throw error;
        await wait(waitMs, call.signal);
      }
    }
  };

  return {
    json: <T>(call: Call) => run(call, false, readJson<T>),
    open: (call, consume) => run(call, true, consume),
    get skewMs() {
      return skewMs;
    },
  };
}

/** An unsuccessful answer, with the clock skew from its `Date` header. */
class Refusal extends ParleyError {
  skewMs: number | null = null;
}

async function refused(response: Response, clock: () => number): Promise<Refusal> {
  const text = await response.text();
  const { status, code, detail, errors, requestId, retryAfterSeconds } = problemError(
    response.status,
    parsed(text),
    response.headers,
  );
  const refusal = new Refusal({ status, code, detail, errors, requestId, retryAfterSeconds });
  const serverTime = Date.parse(response.headers.get("date") ?? "");
  if (Number.isFinite(serverTime)) refusal.skewMs = serverTime - clock();
  return refusal;
}

async function readJson<T>(response: Response): Promise<T> {
  const value = parsed(await response.text());
  // Not validated: the server's schema of this path is the contract, and a proxy's page is no JSON.
  if (value !== undefined) return value as T;
  throw new ParleyError({ status: 0, code: "bad_answer", detail: "The server's answer is not JSON." });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function prepare(call: Call, base: URL): Prepared {
  const url = new URL(call.path.replace(/^\/+/, ""), base);
  for (const [name, value] of Object.entries(call.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  // A path prefix belongs to a proxy that strips it: the signature covers what the gateway sees.
  const target = `/${url.pathname.slice(base.pathname.length)}${url.search}`;
  const text = call.raw?.text ?? (call.body === undefined ? "" : JSON.stringify(call.body));
  return { ...call, url, target, text };
}

/** Fresh for each try: a signature is bound to its second, and a nonce can be used once. */
async function headersOf(call: Prepared, credentials: Credentials, nowMs: number): Promise<Record<string, string>> {
  const headers: Record<string, string> = { accept: "application/json", ...call.headers };
  if (call.text !== "") headers["content-type"] = call.raw?.mediaType ?? "application/json";
  if (credentials.type === "token") return { ...headers, authorization: `Bearer ${credentials.token}` };
  const timestamp = String(Math.floor(nowMs / 1_000));
  // Without a nonce the server would treat two equal messages in one second as one, and an attacker could replay a copy.
  const nonce = call.method === "GET" && credentials.alwaysNonce !== true ? undefined : newId();
  const signed = { timestamp, method: call.method, target: call.target, body: call.text };
  const signature = await computeSignature(credentials.apiKey, {
    ...signed,
    ...(nonce === undefined ? {} : { nonce }),
  });
  return {
    ...headers,
    "x-timestamp": timestamp,
    "x-signature": signature,
    ...(nonce === undefined ? {} : { "x-nonce": nonce }),
    ...(credentials.keyId === undefined ? {} : { "x-key-id": credentials.keyId }),
  };
}

/** 32 random hex digits, for nonces, idempotency keys and message ids. */
export function newId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
