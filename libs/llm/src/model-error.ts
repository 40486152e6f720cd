import type { ModelUsage } from "./model-usage.js";

export interface ModelErrorOptions {
  /** True when parts of the answer had already been passed on: a retry would repeat them. */
  afterFirstToken?: boolean;
  /** Usage of the failed call as far as known, for the budget. */
  usage?: ModelUsage;
  /** Given by the provider, or the time until the breaker closes. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The model did not answer (`model_unavailable`) or was too slow (`model_timeout`); the codes are those of the HTTP answer. */
export class ModelError extends Error {
  readonly afterFirstToken: boolean;
  readonly usage: ModelUsage | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly code: "model_unavailable" | "model_timeout",
    /** For logs: what happened, without any text of the conversation. */
    readonly reason: string,
    options: ModelErrorOptions = {},
  ) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "ModelError";
    this.afterFirstToken = options.afterFirstToken ?? false;
    this.usage = options.usage;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
