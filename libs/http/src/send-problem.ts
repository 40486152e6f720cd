import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { AppError, type ErrorCode } from "@parley/contracts";
import type { FastifyReply } from "fastify";
import { afterOpenAnswers } from "./open-answers.js";
import { toProblem } from "./problem.js";
import { requestTrace } from "./request-trace.js";
import { API_CSP, BASE_HEADERS } from "./security-headers.js";

const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

const CLOSES: ReadonlySet<ErrorCode> = new Set([
  "body_too_large",
  "headers_too_large",
  "malformed_request",
  "request_timeout",
]);

/** Answers a failure as problem+json with the headers that belong to it. */
export function sendProblem(reply: FastifyReply, error: AppError, requestId: string): FastifyReply {
  const body = JSON.stringify(toProblem(error, requestId));
  reply.code(error.status).headers(BASE_HEADERS).header("x-request-id", requestId);
  reply.header("content-security-policy", API_CSP).header("content-type", PROBLEM_TYPE);
  // What the framework refuses by itself has passed no hook.
  if (!reply.hasHeader("traceparent")) reply.header("traceparent", requestTrace(reply.request).traceparent);
  if (error.retryAfterSeconds !== undefined) reply.header("retry-after", String(Math.ceil(error.retryAfterSeconds)));
  const needsToken = error.code === "invalid_token" || error.code === "session_token_invalid";
  // A surface may have said more about the token it wants.
  if (needsToken && !reply.hasHeader("www-authenticate")) reply.header("www-authenticate", 'Bearer realm="parley"');
  if (error.code === "invalid_signature") reply.header("www-authenticate", 'HMAC-SHA256 realm="parley"');
  // The rest of such a request is not read or not to be trusted, so the connection cannot carry another one.
  if (CLOSES.has(error.code)) reply.header("connection", "close");
  return reply.send(body);
}

const SOCKET_CODES: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: "headers_too_large",
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
};

/** Connections whose bytes cannot be told apart any more; each is refused once, however much it keeps sending. */
const broken = new WeakSet<Socket>();

/**
 * Answers what never became a request (bad framing, too large headers, too slow) on the bare socket, behind the answers that
 * are owed to the requests before it, and closes the connection. Never answers twice.
 */
export function answerBrokenRequest(error: { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === "ECONNRESET" || socket.destroyed || broken.has(socket)) return;
  broken.add(socket);
  afterOpenAnswers(socket, {
    refuse() {
      // The answer before it may have closed the connection.
      if (socket.writable) socket.end(refusalText(error.code ?? "", requestId));
      socket.destroySoon();
    },
    cut: () => socket.destroySoon(),
  });
}

function refusalText(socketCode: string, requestId: string): string {
  const failure = new AppError(SOCKET_CODES[socketCode] ?? "malformed_request");
  const body = JSON.stringify(toProblem(failure, requestId));
  const headers = {
    ...BASE_HEADERS,
    "content-type": PROBLEM_TYPE,
    "x-request-id": requestId,
    traceparent: requestTrace({ headers: {} }).traceparent,
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const status = `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\n`;
  return `${status}${lines.join("")}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
