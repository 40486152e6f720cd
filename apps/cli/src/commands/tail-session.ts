import { followEvents, ParleyError, type SessionEvent } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine } from "../report.js";
import { chatClient, type Globals, keyOf, ownerTransport } from "../settings.js";
import { type Style, styleFor } from "../style.js";

/**
 * Follows a session to its end, across reconnects, as its owner sees it: including nodes, variables and costs. With --json one event per
 * line, transient ones included. May be interrupted at any time.
 */
export async function tailSession(io: Io, id: string, options: Globals & { after?: string }): Promise<number> {
  const style = styleFor(io);
  try {
    for await (const event of eventsOf(io, id, options)) {
      if (options.json) printJson(io, { id: event.id, ...event.data, type: event.type });
      // Skips pieces of an answer and heartbeats; the message itself follows.
      else if (event.id !== null && event.type !== "connected") printLine(io, lineOf(style, event));
    }
  } catch (error) {
    if (!io.signal.aborted) throw error;
  }
  return EXIT.ok;
}

async function* eventsOf(io: Io, id: string, options: Globals & { after?: string }): AsyncGenerator<SessionEvent> {
  const follow = { ...(options.after === undefined ? {} : { after: options.after }), signal: io.signal };
  const transport = ownerTransport(io, options);
  try {
    yield* followEvents(transport, `/api/sessions/${encodeURIComponent(id)}/live`, follow);
  } catch (error) {
    // A server that does not know this address yet; the stream of the chat API shows what a visitor sees, and takes a key.
    const isUnknown = error instanceof ParleyError && error.status === 404 && error.code === "not_found";
    if (!isUnknown || keyOf(io) === undefined) throw error;
    yield* chatClient(io, options).sessions.events(id, follow);
  }
}

function lineOf(style: Style, { id, type, data }: SessionEvent): string {
  const { created_at: at, type: _type, ...rest } = data;
  const time = typeof at === "string" ? `${safeLine(at)} ` : "";
  return `${style.dim(`${safeLine(id ?? "")} ${time}`)}${style.bold(safeLine(type))} ${safeLine(detailOf(type, rest))}`;
}

function detailOf(type: string, data: Record<string, unknown>): string {
  switch (type) {
    case "message":
      return `${data.role}: ${data.content}`;
    case "transition":
      return `${data.from_node} → ${data.to_node}${typeof data.condition === "string" ? ` (${data.condition})` : ""}`;
    case "turn":
      return turnDetail(data) ?? JSON.stringify(data);
    default:
      return JSON.stringify(data);
  }
}

/** Result and cost of a turn; null = the stream has less, or something else, about turns. */
function turnDetail({
  node_id: node,
  latency_ms: ms,
  usage,
  totals,
  variables,
}: Record<string, unknown>): string | null {
  if (typeof node !== "string" || !isRecord(usage) || !isRecord(totals)) return null;
  const known = Object.entries(isRecord(variables) ? variables : {});
  const collected = known.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(" ");
  return `in ${node} after ${ms} ms, ${spent(usage)}; in all ${spent(totals)}${collected === "" ? "" : `; ${collected}`}`;
}

function spent({ input_tokens: read, output_tokens: written, cost }: Record<string, unknown>): string {
  // Without a listed price the cost is unknown; zero cost is not worth mentioning.
  const price = typeof cost === "number" && cost > 0 ? `, $${cost.toFixed(4)}` : "";
  return `${read}+${written} tokens${price}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
