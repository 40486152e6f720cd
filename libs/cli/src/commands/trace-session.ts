import { EXIT, type Io } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { type Style, styleFor } from "../style.js";

interface Turn {
  turn: number;
  kind: string;
  status: string;
  error: string | null;
  input: string;
  response: string | null;
  nodes: string[];
  conditions: { node_id: string; condition: string; target: string; verdict: "yes" | "no" | "ask" }[];
  calls: { type: string; node_id: string; latency_ms: number; model: string | null; failed: string | null }[];
  variables: Record<string, unknown>;
  latency: { total_ms: number; model_ms: number; api_ms: number };
}

interface Trace {
  turns: Turn[];
  next_cursor: string | null;
}

/** More turns than this belong into a file of their own: the rest is asked for with --after. */
const MAX_PAGES = 20;

/** Why a session went as it did, turn by turn. With --json one turn a line. A read. */
export async function traceSession(io: Io, id: string, options: Globals & { after?: number }): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `/api/sessions/${encodeURIComponent(id)}/trace`;
  const style = styleFor(io);
  let cursor: string | undefined = options.after === undefined ? undefined : String(options.after);
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query: Record<string, string | undefined> = { limit: "50", cursor };
    const trace = await transport.json<Trace>({ method: "GET", path, query, signal: io.signal });
    for (const turn of trace.turns) {
      if (options.json) printJson(io, turn);
      else for (const line of linesOf(style, turn)) printLine(io, line);
    }
    if (trace.next_cursor === null) break;
    cursor = trace.next_cursor;
  }
  return EXIT.ok;
}

function linesOf(style: Style, turn: Turn): string[] {
  const { total_ms: total, model_ms: model, api_ms: api } = turn.latency;
  const error = turn.error === null ? "" : ` (${turn.error})`;
  const marks = { yes: style.green("✓"), no: style.dim("·"), ask: style.yellow("?") };
  return [
    `${style.bold(`${turn.turn} ${turn.kind}`)} ${safeLine(turn.status + error)} ${total} ms, model ${model} ms, calls out ${api} ms`,
    ...(turn.input === "" ? [] : [`  > ${safeLine(turn.input)}`]),
    `  📍 ${safeLine(turn.nodes.join(" → "))}`,
    ...turn.conditions.map(
      (one) => `    ${marks[one.verdict]} ${safeLine(`${one.node_id}: ${one.condition} → ${one.target}`)}`,
    ),
    ...turn.calls.map((call) => `    ${safeLine(callOf(call))}`),
    ...Object.entries(turn.variables).map(([name, value]) => `    📝 ${safeLine(`${name}=${JSON.stringify(value)}`)}`),
    ...(turn.response === null ? [] : [`  < ${safeLine(turn.response)}`]),
  ];
}

const callOf = ({ type, node_id, latency_ms, model, failed }: Turn["calls"][number]): string =>
  `⏱️ ${type} in ${node_id}: ${latency_ms} ms${model === null ? "" : `, ${model}`}${failed === null ? "" : `, failed: ${failed}`}`;
