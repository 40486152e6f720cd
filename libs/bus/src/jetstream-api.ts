import { z } from "zod";
import type { ReplyMux } from "./reply-mux.js";

/** An error answer of the server's JetStream API. Codes: server/errors.json of nats-server. */
export class JetStreamApiError extends Error {
  constructor(
    readonly errorCode: number,
    description: string,
  ) {
    super(description);
    this.name = "JetStreamApiError";
  }
}

export const API_ERRORS = {
  streamNameInUse: 10058,
  streamNotFound: 10059,
  storageFull: 10047,
  maximumBytes: 10077,
  maximumMessages: 10060,
} as const;

const answer = z.looseObject({
  error: z.object({ code: z.number(), err_code: z.number().optional(), description: z.string().optional() }).optional(),
});

const REQUEST_TIMEOUT_MS = 5_000;

/**
 * One call of the JetStream API. The few calls we need are made directly, without loading the client library.
 * Returns the parsed JSON; throws RequestFailure or JetStreamApiError.
 */
export async function jetStreamRequest(mux: ReplyMux, subject: string, body?: object): Promise<unknown> {
  const msg = await mux.request(`$JS.API.${subject}`, body === undefined ? "" : JSON.stringify(body), {
    timeoutMs: REQUEST_TIMEOUT_MS,
  });
  const payload = msg.json<unknown>();
  throwOnError(payload);
  return payload;
}

/** Throws JetStreamApiError when an answer (API or publish) is an error. */
export function throwOnError(payload: unknown): void {
  const { error } = answer.parse(payload);
  if (error !== undefined) throw new JetStreamApiError(error.err_code ?? error.code, error.description ?? "error");
}
