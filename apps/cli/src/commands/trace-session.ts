import { EXIT, type Io } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { type Style, styleFor } from "../style.js";

interface Match {
  intent: string | null;
  confidence: number;
}

interface Call {
  type: string;
  node_id: string;
  latency_ms: number;
  model: string | null;
  result?: { type: string; matches?: Match | Match[] } | null;
  failed: string | null;
  prompt?: Prompt | null;
}

interface Prompt {
  messages: { role: string; content: string }[];
  left_out: number;
  same: boolean | null;
}

interface Turn {
  turn: number;
  kind: string;
  status: string;
  error: string | null;
  input: string;
  response: string | null;
  nodes: string[];
  transitions: { from_node: string; to_node: string; condition: string | null }[];
  conditions: { node_id: string; condition: string; target: string; verdict: "yes" | "no" | "ask" }[];
  calls: Call[];
  variables: Record<string, unknown>;
  latency: { total_ms: number; model_ms: number; api_ms: number };
}

interface Trace {
  turns: Turn[];
  next_cursor: string | null;
}

/** More turns than this belong in a file: the rest is read with --after. */
const MAX_PAGES = 20;

type TraceOptions = Globals & { after?: number; prompts?: boolean };

/** Why a session went as it did, turn by turn. With --json one turn per line. Read-only. */
export async function traceSession(io: Io, id: string, options: TraceOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `/api/sessions/${encodeURIComponent(id)}/trace`;
  const style = styleFor(io);
  let cursor: string | undefined = options.after === undefined ? undefined : String(options.after);
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const query: Record<string, string | undefined> = {
      ...{ limit: "50", cursor },
      ...(options.prompts ? { prompts: "true" } : {}),
    };
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
    ...untested(turn).map((one) => `    ${marks.yes} ${safeLine(one)}`),
    ...turn.calls.flatMap((call) => [`    ${safeLine(callOf(call))}`, ...promptLines(style, call.prompt)]),
    ...Object.entries(turn.variables).map(([name, value]) => `    📝 ${safeLine(`${name}=${JSON.stringify(value)}`)}`),
    ...(turn.response === null || turn.response === "" ? [] : [`  < ${safeLine(turn.response)}`]),
  ];
}

/** Transitions without a condition of a node: global intents, the loop guard, the transfer to another agent. */
const untested = ({ transitions, conditions }: Turn): string[] =>
  transitions.flatMap(({ from_node: from, to_node: to, condition }) =>
    condition === null || conditions.some((one) => one.node_id === from && one.condition === condition)
      ? []
      : [`${from}: ${condition} → ${to}`],
  );

/** The prompt of a model call, message by message. */
function promptLines(style: Style, prompt: Call["prompt"]): string[] {
  if (prompt === undefined) return [];
  if (prompt === null) return [style.dim("      its prompt cannot be made again from what is stored")];
  const { messages, left_out: leftOut, same } = prompt;
  const word = same === null ? "not known to be what was sent" : same ? "what was sent" : "not quite what was sent";
  const more = leftOut === 0 ? "" : `, ${leftOut} older messages left out`;
  return [
    style.dim(`      its prompt, made again: ${word}${more}`),
    ...messages.flatMap(({ role, content }) =>
      content.split("\n").map((line, at) => safeLine(`${at === 0 ? `      ${role}: ` : "        "}${line}`)),
    ),
  ];
}

function callOf({ type, node_id, latency_ms, model, result, failed }: Call): string {
  const outcome = failed === null ? intentOf(result) : `, failed: ${failed}`;
  return `⏱️ ${type} in ${node_id}: ${latency_ms} ms${model === null ? "" : `, ${model}`}${outcome}`;
}

function intentOf(result: Call["result"]): string {
  if (result?.matches === undefined) return "";
  const found = [result.matches].flat().filter(({ intent }) => intent !== null);
  return `: ${found.map(({ intent, confidence }) => `${intent} (${confidence})`).join(", ") || "no match"}`;
}
