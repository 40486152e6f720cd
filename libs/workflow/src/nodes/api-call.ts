import type { ApiNode } from "../compiled.js";
import { textOf } from "../conditions.js";
import { readPath } from "../response-path.js";
import { fill, fillWithSecrets, percentEncode, type Run, requestCall, setVariables } from "../run.js";
import { withoutMarks } from "../secret-reference.js";
import { addPart } from "../speak.js";
import { storableValue } from "../storable.js";
import type { ApiAnswer, Stage } from "../types.js";

/** Speaks the text that the visitor reads during the call. */
export function enterApi(run: Run, node: ApiNode): Stage {
  if (node.opening !== null) addPart(run, fill(run, node.opening));
  return run.turn.hangup ? "settle" : "work";
}

/**
 * The call with everything filled in. Values are percent-encoded in the URL and escaped in a JSON body, so that none can break out of its
 * place; in headers control characters are removed, and the sender encodes the whole query. Secrets of the agent are marks here, which the
 * sender replaces.
 */
export function requestApi(run: Run, node: ApiNode): null {
  const { call } = node;
  const body = call.method === "GET" ? null : filledBody(run, call.body);
  return requestCall(
    run,
    {
      type: "api.call",
      nodeId: node.id,
      method: call.method,
      url: fillWithSecrets(run, call.url, percentEncode),
      headers: withContentType(
        mapValues(call.headers, (text) => fillWithSecrets(run, text, headerValue)),
        body,
      ),
      query: mapValues(call.query, (text) => fillWithSecrets(run, text, withoutMarks)),
      body,
      timeoutMs: call.timeoutMs,
      retry: { ...call.retry },
      maxBytes: call.maxBytes,
      allowedHosts: call.allowedHosts === null ? null : [...call.allowedHosts],
    },
    { kind: "api", next: "leave" },
  );
}

/** Stores the answer for the node's conditions and extracts variables from it; a missing one gets its default, else null. */
export function storeAnswer(run: Run, node: ApiNode, answer: ApiAnswer | null): void {
  run.turn.api = { answer };
  if (node.extraction.length === 0) return;
  const content = answer === null ? null : contentOf(answer.body);
  const stored = node.extraction.map(({ path, name, default: fallback }) => {
    const value = answer === null ? null : storableValue(readPath(content, path));
    return [name, value ?? fallback ?? null];
  });
  setVariables(run, Object.fromEntries(stored));
}

/** A body that is not JSON is kept as text. */
function contentOf(body: string): unknown {
  try {
    const content: unknown = JSON.parse(body);
    return content;
  } catch {
    return body;
  }
}

function filledBody(run: Run, body: unknown): string | null {
  if (body === undefined || body === null) return null;
  if (typeof body === "string") return fill(run, body, (value) => JSON.stringify(value).slice(1, -1));
  return JSON.stringify(fillDeep(run, body));
}

/** Fills every text of a body; escaping happens when the whole is serialised. */
function fillDeep(run: Run, value: unknown): unknown {
  if (typeof value === "string") return fill(run, value);
  if (Array.isArray(value)) return value.map((item: unknown) => fillDeep(run, item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillDeep(run, item)]));
}

function withContentType(headers: Record<string, string>, body: string | null): Record<string, string> {
  const isNamed = Object.keys(headers).some((name) => name.toLowerCase() === "content-type");
  return body === null || isNamed ? headers : { ...headers, "content-type": "application/json" };
}

/** A header carries Latin-1 and no line breaks. */
const headerValue = (value: string): string =>
  value
    .replace(/\p{Cc}/gu, " ")
    .replace(/[^\u0020-\u00FF]/gu, "?")
    .trim();

function mapValues(
  record: Readonly<Record<string, unknown>>,
  change: (text: string) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(textOf(value) ?? "")]));
}
