import { injectTrace } from "@parley/observability";
import { Agent, type Dispatcher } from "undici";
import { type AddressRules, addressRules } from "./address-rules.js";
import { checkedLookup, ForbiddenAddress, systemResolve } from "./checked-lookup.js";
import { checkedHeaders, flatten, harmlessOnly } from "./headers.js";
import { maskBody, maskHeaders } from "./mask-secrets.js";
import { createSlots } from "./slots.js";
import { readTarget, refusalOf } from "./target.js";
import type { Outbound, OutboundOptions, OutboundRequest, OutboundResult, RefusalReason } from "./types.js";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
type Method = (typeof METHODS)[number];

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 5_000;
/** Connections to one origin; more requests wait for one of them, within their own time. */
const CONNECTIONS_PER_ORIGIN = 32;
const DEFAULT_PER_TENANT = 20;

/** What ends a request before its answer is whole. */
class Stop extends Error {
  constructor(readonly result: Unmeasured) {
    super(result.type);
    this.name = "Stop";
  }
}
type Unmeasured<T = OutboundResult> = T extends OutboundResult ? Omit<T, "ms"> : never;

const refuse = (reason: RefusalReason): Stop => new Stop({ type: "refused", reason });

/** One message to one origin; a redirect makes the next. */
interface Hop {
  url: URL;
  method: Method;
  headers: Record<string, string>;
  body: string | Buffer | null;
}

interface Carrier {
  agent: Dispatcher;
  rules: AddressRules;
}

/**
 * The way out for every address that a tenant or a visitor can influence. Each name is resolved once per connection, all of its
 * addresses are checked, and the socket goes to a checked one; redirects are off or take the same checks.
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const rules = addressRules({
    allowedCidrs: options.allowedCidrs ?? [],
    allowLoopback: options.allowTestHooks ?? false,
  });
  const agent = new Agent({
    connect: { lookup: checkedLookup(rules, options.resolve ?? systemResolve), timeout: CONNECT_TIMEOUT_MS },
    connections: CONNECTIONS_PER_ORIGIN,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: 16_384,
  });
  const slots = createSlots(options.perTenant ?? DEFAULT_PER_TENANT);
  const outcomes = options.metrics.counter("outbound_requests_total", "Outgoing HTTP requests", ["outcome"]);
  const seconds = options.metrics.histogram("outbound_request_seconds", "Outgoing HTTP requests from start to end");

  const measured = (result: Unmeasured, startedAt: number): OutboundResult => {
    const ms = Math.round(performance.now() - startedAt);
    outcomes.inc({ outcome: result.type });
    seconds.observe(ms / 1_000);
    options.logger.debug({ outcome: result.type, ms }, "outbound.done");
    return { ...result, ms };
  };

  return {
    async request(request) {
      const startedAt = performance.now();
      const deadline = openDeadline(request.timeoutMs, request.signal);
      let release: (() => void) | null = null;
      try {
        const first = firstHop(request);
        release = await slots.take(request.tenantId, deadline.signal);
        if (!release) throw refuse("too_many_calls");
        return measured(await follow({ agent, rules }, request, first, deadline.signal), startedAt);
      } catch (error) {
        if (request.signal?.aborted) throw request.signal.reason;
        return measured(deadline.isOver() ? { type: "timeout" } : failureOf(error), startedAt);
      } finally {
        release?.();
        deadline.close();
      }
    },
    close: () => agent.destroy(),
  };
}

/** One signal for the caller's and for the end of the time. */
function openDeadline(timeoutMs: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    controller.abort(new Stop({ type: "timeout" }));
  }, timeoutMs);
  const leave = (): void => controller.abort(outer?.reason);
  if (outer?.aborted) leave();
  outer?.addEventListener("abort", leave, { once: true });
  return {
    signal: controller.signal,
    isOver: () => over,
    close() {
      clearTimeout(timer);
      outer?.removeEventListener("abort", leave);
    },
  };
}

function firstHop(request: OutboundRequest): Hop {
  const url = readTarget(request.url, request.query ?? {});
  if (!url) throw refuse("bad_url");
  const method = METHODS.find((known) => known === request.method.toUpperCase());
  if (!method) throw refuse("bad_method");
  const headers = checkedHeaders(request.headers ?? {});
  if (!headers) throw refuse("bad_header");
  // One that the author of a call has written stays.
  if (headers.traceparent === undefined) injectTrace(headers);
  return { url, method, headers, body: method === "GET" || method === "HEAD" ? null : (request.body ?? null) };
}

async function follow(
  carrier: Carrier,
  request: OutboundRequest,
  first: Hop,
  signal: AbortSignal,
): Promise<Unmeasured> {
  const { maxRedirects = 0, secrets = [] } = request;
  let hop = first;
  for (let redirects = 0; ; redirects += 1) {
    const refusal = refusalOf(hop.url, carrier.rules, request);
    if (refusal) throw refuse(refusal);
    const answer = await send(carrier.agent, hop, signal);
    const location = maxRedirects > 0 ? locationOf(answer) : null;
    if (location === null) {
      const { statusCode: status } = answer;
      const body = maskBody(await readBody(answer, request.maxBytes), secrets);
      const headers = maskHeaders(flatten(answer.headers), secrets);
      return { type: "answered", status, headers, body, redirects };
    }
    answer.body.destroy();
    if (redirects >= maxRedirects) throw refuse("too_many_redirects");
    hop = nextHop(hop, answer.statusCode, location);
  }
}

async function send(agent: Dispatcher, hop: Hop, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const answer = await agent.request({
    origin: hop.url.origin,
    path: hop.url.pathname + hop.url.search,
    method: hop.method,
    // Whole answers only: a compressed one could be thousands of times as long as what was counted.
    headers: { "user-agent": "parley", accept: "*/*", ...hop.headers, "accept-encoding": "identity" },
    body: hop.body,
    signal,
    // The deadline bounds both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  // A body that is given up ends with an error of its stream, which must not become one of the process. Readers see it too.
  answer.body.on("error", () => undefined);
  return answer;
}

/** Where a redirect leads; null = the answer is final. */
function locationOf({ statusCode, headers }: Dispatcher.ResponseData): string | null {
  return REDIRECTS.has(statusCode) && typeof headers.location === "string" ? headers.location : null;
}

/** The rules of fetch; across origins only harmless headers go along. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  if (!URL.canParse(location, hop.url.href)) throw refuse("bad_url");
  const url = readTarget(new URL(location, hop.url).href, {});
  if (!url) throw refuse("bad_url");
  const turnsToGet = status === 303 ? hop.method !== "HEAD" : status <= 302 && hop.method === "POST";
  const { "content-type": contentType, ...bodiless } = hop.headers;
  const headers = turnsToGet ? bodiless : hop.headers;
  return {
    url,
    method: turnsToGet ? "GET" : hop.method,
    headers: url.origin === hop.url.origin ? headers : harmlessOnly(headers),
    body: turnsToGet ? null : hop.body,
  };
}

async function readBody(answer: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> {
  const tooLarge = new Stop({ type: "too_large", status: answer.statusCode });
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop early destroys the stream, and with it the connection.
  for await (const chunk of answer.body) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > maxBytes) throw tooLarge;
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

function failureOf(error: unknown): Unmeasured {
  if (error instanceof Stop) return error.result;
  if (error instanceof ForbiddenAddress) return { type: "refused", reason: "private_address" };
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
  if (code === "UND_ERR_CONNECT_TIMEOUT") return { type: "timeout" };
  return { type: "unreachable", reason: code };
}
