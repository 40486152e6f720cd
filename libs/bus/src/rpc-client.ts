import { InvalidArgumentError } from "@nats-io/nats-core";
import { AppError, type RpcContract } from "@parley/contracts";
import type { z } from "zod";
import type { CallOptions } from "./bus.js";
import type { BusMetrics } from "./bus-metrics.js";
import { type CallSignature, SIGNATURE_HEADER } from "./call-signature.js";
import { type ReplyMux, RequestFailure } from "./reply-mux.js";
import { DEADLINE_HEADER, REQUEST_ID_HEADER, type RpcReply, type RpcServer } from "./rpc-server.js";
import { withTrace } from "./trace-headers.js";
import { ERROR_HEADER, fromWire } from "./wire-error.js";

export interface RpcClientDeps {
  mux: ReplyMux;
  metrics: BusMetrics;
  connected: () => boolean;
  signature: CallSignature | null;
  /** The handler of a subject in this process: called directly, so it also works while the NATS server is down. */
  served(subject: string): Pick<RpcServer<z.ZodType, z.ZodType>, "direct"> | undefined;
}

/** The calling side of rpc; see Bus.call for its errors. */
export function createRpcClient(deps: RpcClientDeps) {
  const { mux, metrics, connected, signature, served } = deps;

  async function overServer(
    subject: string,
    request: string,
    { deadlineMs, requestId, signal }: CallOptions & { deadlineMs: number },
  ): Promise<RpcReply> {
    if (!connected()) throw new RequestFailure("disconnected");
    const values: Record<string, string> = { [DEADLINE_HEADER]: String(Math.ceil(deadlineMs)) };
    if (requestId !== undefined) values[REQUEST_ID_HEADER] = requestId;
    if (signature !== null) values[SIGNATURE_HEADER] = signature.sign(subject, request);
    const reply = await mux.request(subject, request, {
      timeoutMs: deadlineMs,
      headers: withTrace(values),
      ...(signal === undefined ? {} : { signal }),
    });
    return { text: reply.string(), code: reply.headers?.get(ERROR_HEADER) || null };
  }

  return async function call<Q extends z.ZodType, R extends z.ZodType>(
    contract: RpcContract<Q, R>,
    input: z.input<Q>,
    options: CallOptions = {},
  ): Promise<z.output<R>> {
    const { subject } = contract;
    const began = performance.now();
    try {
      const request = JSON.stringify(input) ?? "null";
      const deadlineMs = options.deadlineMs ?? contract.deadlineMs;
      const server = served(subject);
      const reply = await (server === undefined
        ? overServer(subject, request, { ...options, deadlineMs })
        : within(deadlineMs, options.signal, () =>
            server.direct(request, { deadlineMs, requestId: options.requestId }),
          ));
      const payload: unknown = JSON.parse(reply.text);
      if (reply.code !== null) throw fromWire(payload, subject);
      const parsed = contract.response.safeParse(payload);
      if (!parsed.success) {
        throw new AppError("internal", { cause: parsed.error, internal: `${subject}: answer breaks its schema` });
      }
      metrics.call(subject, "ok", (performance.now() - began) / 1_000);
      return parsed.data;
    } catch (error) {
      const failure = callError(error, subject, options.signal);
      metrics.call(
        subject,
        failure instanceof AppError ? failure.code : "aborted",
        (performance.now() - began) / 1_000,
      );
      throw failure;
    }
  };
}

/** The answer of a call in this process, or the reason why the wait ended. */
function within(timeoutMs: number, signal: AbortSignal | undefined, call: () => Promise<RpcReply>): Promise<RpcReply> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => end(() => reject(new RequestFailure("aborted", { cause: signal?.reason })));
    const timer = setTimeout(() => end(() => reject(new RequestFailure("timeout"))), Math.max(1, timeoutMs));
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      settle();
    };
    if (signal?.aborted) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    void call().then((reply) => end(() => resolve(reply)));
  });
}

function callError(error: unknown, subject: string, signal: AbortSignal | undefined): unknown {
  if (error instanceof AppError) return error;
  if (error instanceof RequestFailure) {
    if (error.kind === "aborted") return signal?.reason ?? error;
    const code = error.kind === "timeout" ? "overloaded" : "not_ready";
    return new AppError(code, { cause: error, internal: `${subject}: ${error.kind}`, retryAfterSeconds: 1 });
  }
  if (error instanceof InvalidArgumentError) {
    return new AppError("body_too_large", { cause: error, internal: `${subject}: request above the server's maximum` });
  }
  return new AppError("internal", { cause: error, internal: `${subject}: call failed` });
}
