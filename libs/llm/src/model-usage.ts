/** Token counts of one call; words for the scripted model; estimated (4 characters a token) when a server does not count. */
export interface ModelUsage {
  inputTokens: number;
  outputTokens: number;
  /** True = the server did not count, or its count is implausible; these are estimates. */
  estimated?: true;
  /** Why these are not the server's own numbers: it gave none, they are implausible, or they are below the texts' minimum. */
  doubt?: "missing" | "unbelievable" | "too_low";
}
