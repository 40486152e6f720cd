import type { ModelUsage } from "../model-usage.js";
import type { Expiry } from "./watchdog.js";

export interface FailureFacts {
  code: "model_unavailable" | "model_timeout";
  /** Short and free of conversation text: goes to logs and metrics. */
  reason: string;
  /** The same request may succeed when it is sent again. */
  retryable: boolean;
  /** `down`: counts against the provider. `alive`: it answered. `unknown`: says nothing (rate limits). */
  health: "down" | "alive" | "unknown";
  /** Another model may succeed. */
  fallback: boolean;
  status?: number;
  retryAfterMs?: number;
  afterFirstToken?: boolean;
  /** It used up the whole wait for a first token. */
  slow?: boolean;
  usage?: ModelUsage;
  cause?: unknown;
}

/** One attempt ended without an answer. */
export class AttemptFailure extends Error {
  constructor(readonly facts: FailureFacts) {
    // Not the reason: the SDK drops errors that mention a timeout.
    super("no answer");
    this.name = "AttemptFailure";
  }
}

export function expired(expiry: Expiry): FailureFacts {
  return {
    ...{ code: "model_timeout", reason: `${expiry}_timeout`, health: "down", fallback: true },
    retryable: expiry !== "total",
    slow: expiry === "first_token",
  };
}

export function unusable(reason: string, retryable = true): FailureFacts {
  return { ...{ code: "model_unavailable", reason, retryable, health: "alive", fallback: true } };
}

/** The server was not reached, or disconnected before it answered. */
export function unreachable(cause: unknown): FailureFacts {
  const slow = cause instanceof Error && "code" in cause && cause.code === "UND_ERR_CONNECT_TIMEOUT";
  const reason = slow ? "connect_timeout" : "connection_failed";
  return { ...{ code: "model_unavailable", reason, retryable: true, health: "down", fallback: true }, cause };
}

/** Classifies errors of the transport, the SDK around it or the parser. */
export function factsOf(error: unknown): FailureFacts {
  const thrown = error instanceof Error && error.cause instanceof AttemptFailure ? error.cause : error;
  if (thrown instanceof AttemptFailure) return thrown.facts;
  // A broken line of JSON, an interrupted connection, a shape that is not a chat completion. Parser errors quote what
  // they could not read, which may be conversation text: only system errors are kept as cause.
  const broken = error instanceof Error && "code" in error;
  return {
    ...unusable(broken ? "connection_lost" : "malformed_answer"),
    ...(broken ? { health: "down", cause: error } : {}),
  };
}

type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** For a non-2xx answer. The provider's own message is left out: it can quote the prompt. */
export function factsOfStatus(status: number, headers: AnswerHeaders): FailureFacts {
  const retryAfterMs = retryAfter(headers);
  const common = { status, reason: `status_${status}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  if (status === 429)
    return { ...common, code: "model_unavailable", retryable: true, health: "unknown", fallback: true };
  if (status >= 500) return { ...common, code: "model_unavailable", retryable: true, health: "down", fallback: true };
  const retryable = status === 408 || status === 409;
  // With wrong credentials every model of this provider refuses.
  const fallback = status !== 401 && status !== 403;
  return { ...common, code: "model_unavailable", retryable, health: "alive", fallback };
}

function retryAfter(headers: AnswerHeaders): number | undefined {
  const milliseconds = Number.parseFloat(String(headers["retry-after-ms"]));
  if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  const text = String(headers["retry-after"]);
  const seconds = Number.parseFloat(text);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
