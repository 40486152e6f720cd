import type { OpenAI } from "openai";
import type { ModelTimeouts } from "./timeouts.js";
import { createTransport, type Transport } from "./transport.js";

const DEFAULT_BASE_URL = "https://api.openai.com/v1";

/** The connections to one server, and the official SDK over them for non-streamed answers: structured calls, embeddings. */
export function connectOpenAi(
  { apiKey, baseUrl = DEFAULT_BASE_URL }: { apiKey: string; baseUrl?: string },
  timeouts: ModelTimeouts,
) {
  const transport = createTransport({ baseUrl, apiKey, connectMs: timeouts.connectMs });
  let loading: Promise<OpenAI> | undefined;
  const load = async (): Promise<OpenAI> => {
    // A first turn without a structured call does not wait for this import (about 100 ms).
    const sdk = await import("openai");
    return new sdk.OpenAI({
      apiKey,
      // The transport knows the server; the SDK only supplies the path.
      baseURL: "http://model",
      organization: null,
      project: null,
      fetch: fetchOver(transport),
      // Timeouts, retries and breaker are ours.
      maxRetries: 0,
      // Never fires: the watchdog of each attempt is always shorter.
      timeout: timeouts.totalMs + 60_000,
      // The SDK logs lines it cannot parse, which are conversation text.
      logLevel: "off",
    });
  };
  return { client: () => (loading ??= load()), transport };
}

/** The part of `fetch` that the SDK needs. A non-2xx answer rejects with its AttemptFailure, which the SDK passes on as a cause. */
function fetchOver(transport: Transport): typeof fetch {
  return async (input, init) => {
    const parts: Buffer[] = [];
    const path = new URL(String(input)).pathname;
    const exchange = transport.post(path, String(init?.body), (part) => parts.push(part) > 0);
    init?.signal?.addEventListener("abort", exchange.abort);
    await exchange.ended;
    return new Response(Buffer.concat(parts), { headers: { "content-type": "application/json" } });
  };
}
