import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { AppError, fieldErrors } from "@parley/contracts";
import type { Logger, Metrics } from "@parley/observability";
import fastify, { LogController } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { createClientReader, createProxyCheck } from "./client-address.js";
import { watchConnections } from "./close-server.js";
import { limitConnections } from "./connection-limit.js";
import type { HttpApp } from "./http-app.js";
import { parseJsonBody } from "./json-body.js";
import { JSON_TYPES, requireMediaType } from "./media-type.js";
import { observeRequests } from "./observe-requests.js";
import { watchAnswers } from "./open-answers.js";
import { toAppError } from "./problem.js";
import { hasBody, readRawBody } from "./raw-body.js";
import { requestTrace } from "./request-trace.js";
import { RouteTable } from "./route-table.js";
import { API_CSP, BASE_HEADERS } from "./security-headers.js";
import { answerBrokenRequest, sendProblem } from "./send-problem.js";
import { createSseHub, type SseHub, type SseOptions } from "./sse.js";
import { limitWork } from "./work-limit.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The body byte for byte; empty without one. */
    rawBody: Buffer;
    /** Canonical client address (see createAddressReader). */
    readonly clientAddress: string;
    /** What limits count: the address, or its /64. */
    readonly clientBucket: string;
  }
  interface FastifyContextConfig {
    /** A stream or long poll: it occupies a socket but no work slot; its number is limited elsewhere. */
    longLived?: boolean;
    /** The route reads its body itself, piece by piece; `rawBody` stays empty. Its `bodyLimit` bounds the announced length. */
    streamsBody?: boolean;
    /** A probe: it is answered under any load. */
    neverShed?: boolean;
  }
  interface FastifyInstance {
    sse: SseHub;
    routeTable: RouteTable;
  }
}

export interface HttpServerOptions {
  logger: Logger;
  metrics: Metrics;
  /** Networks whose peers may set `X-Forwarded-For`. */
  trustedProxies?: readonly string[];
  /** Requests that may be in work at once (streams not counted); above it 503 `overloaded`. As many bodies may be unfinished. */
  maxInFlight?: number;
  /** Requests of one client address whose body may be unfinished at once; one more cuts the oldest of them with 408. */
  maxUnfinishedBodiesPerAddress?: number;
  /** Connections of one peer that is no trusted proxy; one more closes its oldest idle one, or is refused. */
  maxConnectionsPerAddress?: number;
  /** Prefixes whose plugins authenticate first: there, an unknown path is reported only after authentication. */
  authenticatedPrefixes?: readonly string[];
  /** The answer to an address whose parameter is longer than any real one; default `not_found`. */
  tooLongAddress?: (url: string) => AppError;
  /** Adds Strict-Transport-Security; only when the public address is https. */
  https?: boolean;
  sse?: SseOptions;
}

const BODY_LIMIT_BYTES = 262_144;
/** Time for a body that is read at once; one that a route streams has until the server's own limit. */
const BODY_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 120_000;
const MAX_HEADERS = 100;
const REQUEST_ID = /^[A-Za-z0-9_.-]{8,64}$/;

/**
 * The hardened server of every surface: strict framing, own JSON parser, raw bodies, one kind of error document
 * from all of the framework's four error hooks, limits on size, time and concurrency. Routes are added by the caller.
 */
export function createHttpServer(options: HttpServerOptions): HttpApp {
  const { logger } = options;
  const app: HttpApp = fastify({
    loggerInstance: logger,
    // Lines carry the id of their trace; a logger for each request would be made for no line.
    childLoggerFactory: () => logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A missing Host is refused below, with a problem document; Node's own refusal has no body.
    http: {
      maxHeaderSize: 16_384,
      headersTimeout: 5_000,
      connectionsCheckingInterval: 1_000,
      requireHostHeader: false,
    },
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 72_000,
    bodyLimit: BODY_LIMIT_BYTES,
    return503OnClosing: false,
    forceCloseConnections: "idle",
    routerOptions: { maxParamLength: 256 },
    genReqId: (raw: IncomingMessage) => requestIdOf(raw),
    frameworkErrors: (error, request, reply) => {
      const tooLong = error.code === "FST_ERR_MAX_PARAM_LENGTH";
      sendProblem(reply, (tooLong && options.tooLongAddress?.(request.url)) || toAppError(error), request.id);
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, randomUUID()),
  }).withTypeProvider<ZodTypeProvider>();

  const clientOf = createClientReader(options.trustedProxies ?? []);
  app.decorateRequest("rawBody");
  app.decorateRequest("clientAddress", {
    getter() {
      return clientOf(this.raw).address;
    },
  });
  app.decorateRequest("clientBucket", {
    getter() {
      return clientOf(this.raw).bucket;
    },
  });
  app.decorate("sse", createSseHub(options.sse));
  app.decorate("routeTable", new RouteTable());
  app.addHook("onRoute", ({ method, url }) => app.routeTable.add(method, url));
  addDrain(app);
  addConnections(app, options);

  addFraming(app, options);
  limitWork(app, options);
  addBodies(app, options);
  addErrors(app, logger);
  return app;
}

function addDrain(app: HttpApp): void {
  let closing = false;
  watchConnections(app.server);
  app.addHook("preClose", async () => {
    closing = true;
    app.sse.closeAll();
  });
  // Requests that were in work when the drain began: their connections must not be kept for another one.
  app.addHook("onSend", (_request, reply, payload, done) => {
    if (closing) reply.header("connection", "close");
    done(null, payload);
  });
}

/** What Node would do by itself with a connection, where the answer would not be one of ours. */
function addConnections(app: HttpApp, options: HttpServerOptions): void {
  const { server } = app;
  watchAnswers(server);
  limitConnections(server, {
    maxPerAddress: options.maxConnectionsPerAddress ?? 4_096,
    isProxy: createProxyCheck(options.trustedProxies ?? []),
    metrics: options.metrics,
  });
  // Node drops the headers behind the two thousandth without a word, a second Host among them; their size is limited anyway.
  server.maxHeadersCount = 0;
  // An expectation that nobody knows is no reason to refuse; Node's own refusal has no body.
  server.on("checkExpectation", (request, response) => server.emit("request", request, response));
}

function requestIdOf(raw: IncomingMessage): string {
  const given = raw.headers["x-request-id"];
  return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
}

function addFraming(app: HttpApp, options: HttpServerOptions): void {
  const observe = observeRequests(options);
  // Connections that close with the answer to a refused request: what came with it was read already, and must not be done.
  const distrusted = new WeakSet<Socket>();

  app.addHook("onRequest", (request, reply, done) => {
    const trace = requestTrace(request.raw);
    reply.headers(BASE_HEADERS).header("x-request-id", request.id).header("content-security-policy", API_CSP);
    reply.header("traceparent", trace.traceparent);
    // Node loses what came in one packet with an upgrade that nobody takes: the connection cannot carry another request.
    if (request.raw.headers.upgrade !== undefined) reply.header("connection", "close");
    if (options.https) reply.header("strict-transport-security", "max-age=31536000");
    observe(request, reply, trace);
    // Everything that this request causes runs in its trace: the hooks behind this one, the handler, the errors.
    const go = (error?: AppError): void => trace.run(() => done(error));
    const refusal = distrusted.has(request.raw.socket)
      ? new AppError("malformed_request", { internal: "behind a refused request" })
      : framingError(request.raw, request.routeOptions.bodyLimit ?? BODY_LIMIT_BYTES);
    if (refusal !== null) {
      distrusted.add(request.raw.socket);
      return go(refusal);
    }
    go();
  });
}

function framingError(raw: IncomingMessage, bodyLimit: number): AppError | null {
  let hosts = 0;
  for (let index = 0; index < raw.rawHeaders.length; index += 2) {
    const name = raw.rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  if (hosts > 1 || (hosts === 0 && raw.httpVersion !== "1.0"))
    return new AppError("malformed_request", { internal: `${hosts} Host headers` });
  const coding = raw.headers["transfer-encoding"];
  if (coding !== undefined && coding.toLowerCase() !== "chunked")
    return new AppError("malformed_request", { internal: "a transfer coding other than chunked" });
  if (raw.rawHeaders.length > 2 * MAX_HEADERS) return new AppError("headers_too_large");
  if (Number(raw.headers["content-length"] ?? 0) > bodyLimit)
    return new AppError("body_too_large", { extra: { max_bytes: bodyLimit } });
  return null;
}

function addBodies(app: HttpApp, options: HttpServerOptions): void {
  const guarded = options.authenticatedPrefixes ?? [];
  const empty = Buffer.alloc(0);
  app.addHook("preParsing", async (request, _reply, payload) => {
    const reads = hasBody(request.headers) && !request.routeOptions.config.streamsBody;
    request.rawBody = empty;
    if (reads) {
      const limits = { limitBytes: request.routeOptions.bodyLimit ?? BODY_LIMIT_BYTES, timeoutMs: BODY_TIMEOUT_MS };
      request.rawBody = await readRawBody(payload, { ...limits, onCut: request.work.onCut });
      request.work.begin();
    }
    if (request.is404 && !guarded.some((prefix) => request.url.startsWith(prefix))) throw notFound(request);
    return payload;
  });
  app.addHook("preValidation", ({ rawBody, routeOptions }, _reply, done) => {
    const body: unknown = routeOptions.schema?.body;
    if (rawBody.length > 0 || routeOptions.config.streamsBody || !(body instanceof z.ZodType)) return done();
    done(body.safeParse(undefined).success ? undefined : new AppError("malformed_json", { internal: "no body" }));
  });
  app.removeAllContentTypeParsers();
  // The payload is read already; the parser sees the bytes that were verified.
  app.addContentTypeParser("application/json", (request, _payload, done) => {
    try {
      requireMediaType(request.headers["content-type"], JSON_TYPES);
      if (request.headers["content-encoding"] !== undefined) throw new AppError("unsupported_media_type");
      done(null, request.rawBody.length === 0 ? undefined : parseJsonBody(request.rawBody));
    } catch (error) {
      done(toAppError(error));
    }
  });
}

/** 405 with the methods of this address, or 404. Throw it after authentication where there is one. */
export function notFound(request: { server: { routeTable: RouteTable }; url: string; method: string }): AppError {
  const allow = request.server.routeTable.methodsAt(request.url);
  // The method fits: the address is one of a file or an object that is not there.
  return allow.length === 0 || allow.includes(request.method) ? new AppError("not_found") : new MethodNotAllowed(allow);
}

class MethodNotAllowed extends AppError {
  constructor(readonly allow: string[]) {
    super("method_not_allowed");
  }
}

const PLACES: Record<string, string> = { params: "path", querystring: "query", headers: "header" };

function addErrors(app: HttpApp, logger: Logger): void {
  app.setValidatorCompiler(({ schema, httpPart }) => (given: unknown) => {
    // The framework hands over an absent body as null, to which a schema applies no default.
    const value = httpPart === "body" && given === null ? undefined : given;
    if (!(schema instanceof z.ZodType)) return { value };
    // No name or id holds a NUL, and PostgreSQL takes none: such an address is one of nothing.
    if (httpPart === "params" && hasNul(value)) return { error: new AppError("not_found") };
    if (httpPart === "querystring" && hasNul(value)) return { error: new AppError("malformed_request") };
    const parsed = schema.safeParse(value);
    if (parsed.success) return { value: parsed.data };
    const errors = fieldErrors(parsed.error, { prefix: PLACES[httpPart ?? ""] ?? "", schema });
    return { error: new AppError("validation_failed", { errors }) };
  });
  // Response schemas are documentation: answers are built by typed code, and parsing them again would cost every turn.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.setErrorHandler((thrown, request, reply) => {
    const error = toAppError(thrown);
    const context = { requestId: request.id, route: request.routeOptions.url ?? "unmatched", code: error.code };
    if (error.code === "internal")
      logger.error({ ...context, err: error.cause ?? error, internal: error.internal }, "http.failed");
    else logger.debug({ ...context, internal: error.internal }, "http.refused");
    if (error instanceof MethodNotAllowed) reply.header("allow", error.allow.join(", "));
    return sendProblem(reply, error, request.id);
  });
  app.setNotFoundHandler((request) => {
    throw notFound(request);
  });
}

const hasNul = (values: unknown): boolean =>
  typeof values === "object" &&
  values !== null &&
  Object.values(values).some((value) => typeof value === "string" && value.includes("\0"));
