export interface RateLimitState {
  /** Policy name: the scope that counted. */
  name: string;
  /** Requests per window. */
  limit: number;
  windowSeconds: number;
  remaining: number;
  /** Seconds until a request passes again; only when refused. */
  retryAfterSeconds?: number;
}

/** `RateLimit-Policy` and `RateLimit` as structured fields (draft-ietf-httpapi-ratelimit-headers). */
export function rateLimitHeaders(state: RateLimitState): Record<string, string> {
  const reset = state.retryAfterSeconds === undefined ? "" : `;t=${Math.max(1, Math.ceil(state.retryAfterSeconds))}`;
  return {
    "ratelimit-policy": `"${state.name}";q=${state.limit};w=${state.windowSeconds}`,
    ratelimit: `"${state.name}";r=${Math.max(0, Math.floor(state.remaining))}${reset}`,
  };
}
