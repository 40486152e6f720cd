import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { MARK } from "./hostile.js";
import type { Operation } from "./operations.js";
import type { Received } from "./send.js";

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);

/** Traces of what runs inside: frames of a stack, SQL, hosts, codes of drivers and of the framework. */
const INSIDES =
  /\bat .+:\d+:\d+|node_modules|\.[jt]s:\d+|\b(select|insert|update|delete) .+ (from|into|set)\b|relation "|violates|SQLSTATE|ECONN|ENOTFOUND|127\.0\.0\.1|localhost|postgres|kysely|zod|FST_|\[object Object\]|\bundefined\b|\bNaN\b/i;

/** What is wrong with an answer by the published description; empty when nothing is. */
export function faultsOf(operation: Operation, answer: Received): string[] {
  const { status, type, text } = answer;
  const faults: string[] = [];
  const documented =
    operation.responses[String(status)] ?? operation.responses[`${String(status)[0]}XX`] ?? operation.responses.default;
  if (documented === undefined) faults.push(`${status} is not documented`);
  // Nothing here is out of order: whatever a caller sends, the failure is not ours.
  if (status >= 500) faults.push(`${status} for a caller's input`);
  if (answer.headers["x-request-id"] === undefined) faults.push("has no X-Request-Id");
  if (answer.headers["x-content-type-options"] !== "nosniff") faults.push("may be sniffed");
  const [media] = type.split(";");
  const content = documented?.content;
  if (content && text !== "" && media !== undefined && content[media] === undefined && !(media in LOOSE))
    faults.push(`${media} is not documented for ${status}`);
  const schema = media === undefined ? undefined : content?.[media]?.schema;
  if (schema && media?.endsWith("json")) faults.push(...schemaFaults(schema, text));
  if (status >= 400) {
    if (media !== "application/problem+json") faults.push(`${status} as ${media}`);
    if (text.includes(MARK)) faults.push("echoes its input");
    const inside = INSIDES.exec(text);
    if (inside) faults.push(`tells of the inside: ${inside[0]}`);
  }
  return faults;
}

/** Formats that a query or a header chose, described in words. */
const LOOSE = { "text/event-stream": 1, "text/csv": 1, "text/plain": 1, "text/html": 1, "application/yaml": 1 };

function schemaFaults(schema: object, text: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return ["is not JSON"];
  }
  if (ajv.validate(schema, parsed)) return [];
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`).slice(0, 5);
}
