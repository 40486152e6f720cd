import type { HttpApp } from "@parley/http";
import type { FastifyRequest } from "fastify";

/** A call of the HTTP interface. */
export interface TwinCall {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | number | undefined>;
  body?: object;
}

export interface TwinAnswer {
  status: number;
  /** The parsed JSON: the answer, or the problem document of a refusal. */
  body: Record<string, unknown>;
}

/** Makes a call as the caller of the MCP request. Never throws for a refusal: that is an answer. */
export type CallTwin = (call: TwinCall, idempotencyKey?: string) => Promise<TwinAnswer>;

/**
 * Calls go through the routes of this same server, without a socket: authentication, role, validation, limits, audit and idempotency are
 * those of the HTTP interface, because it is the HTTP interface. Of the request only the token, the address and the trace are passed on.
 */
export function twinCaller(app: HttpApp, request: FastifyRequest): CallTwin {
  const { authorization = "", traceparent, "accept-language": language } = request.headers;
  const headers = {
    ...{ authorization, "x-request-id": request.id, host: request.headers.host ?? "localhost" },
    ...(typeof traceparent === "string" ? { traceparent } : {}),
    ...(language === undefined ? {} : { "accept-language": language }),
  };
  return async ({ method, path, query = {}, body }, idempotencyKey) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    const answer = await app.inject({
      method,
      url: search.size === 0 ? path : `${path}?${search}`,
      headers: { ...headers, ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }) },
      remoteAddress: request.clientAddress,
      ...(body === undefined ? {} : { payload: body }),
    });
    const parsed: unknown = JSON.parse(answer.payload);
    const isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    return { status: answer.statusCode, body: isObject ? { ...parsed } : { value: parsed } };
  };
}
