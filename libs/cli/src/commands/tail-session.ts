import type { SessionEvent } from "@parley/client";
import { EXIT, type Io } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine } from "../report.js";
import { chatClient, type Globals } from "../settings.js";
import { type Style, styleFor } from "../style.js";

/** Follows a session to its end, over cut connections. With --json one event a line, the live ones included. */
export async function tailSession(io: Io, id: string, options: Globals & { after?: string }): Promise<number> {
  const style = styleFor(io);
  const after = options.after === undefined ? {} : { after: options.after };
  for await (const event of chatClient(io, options).sessions.events(id, { ...after, signal: io.signal })) {
    if (options.json) printJson(io, { id: event.id, ...event.data, type: event.type });
    // Pieces of an answer and signs of life pass by; the message itself follows.
    else if (event.id !== null && event.type !== "connected") printLine(io, lineOf(style, event));
  }
  return EXIT.ok;
}

function lineOf(style: Style, { id, type, data }: SessionEvent): string {
  const { created_at: at, type: _type, ...rest } = data;
  const time = typeof at === "string" ? `${safeLine(at)} ` : "";
  return `${style.dim(`${safeLine(id ?? "")} ${time}`)}${style.bold(safeLine(type))} ${safeLine(detailOf(type, rest))}`;
}

function detailOf(type: string, data: Record<string, unknown>): string {
  if (type === "message") return `${data.role}: ${data.content}`;
  if (type === "transition") return `${data.from_node} → ${data.to_node} (${data.condition})`;
  return JSON.stringify(data);
}
