import { OpenAI } from "openai";
import { createLeanFetch } from "./lean-fetch.js";
import type { ModelTimeouts } from "./timeouts.js";

/** Said to the SDK, which would otherwise read the environment. */
const DEFAULT_BASE_URL = "https://api.openai.com/v1";

/** The official SDK over connections of our own; its retries are off, because timeouts, retries and breaker are ours. */
export function connectOpenAi(options: { apiKey: string; baseUrl?: string }, timeouts: ModelTimeouts) {
  const transport = createLeanFetch(timeouts.connectMs);
  const client = new OpenAI({
    apiKey: options.apiKey,
    baseURL: options.baseUrl ?? DEFAULT_BASE_URL,
    organization: null,
    project: null,
    fetch: transport.fetch,
    maxRetries: 0,
    // Never the one that fires: the watchdog of each attempt is always shorter.
    timeout: timeouts.totalMs + 60_000,
    // The SDK logs lines it cannot parse, which are conversation text.
    logLevel: "off",
  });
  return { client, transport };
}
