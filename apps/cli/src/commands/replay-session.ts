import { EXIT, type Io, usageError } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";
import { styleFor } from "../style.js";
import { readDocument } from "./agents.js";

interface Side {
  nodes: string[];
  messages: string[];
  actions: string[];
  error: string | null;
}

interface Replay {
  version: number | null;
  turns: { turn: number; input: string; recorded: Side; replayed: Side | null; differs: string[] }[];
  diverges_at: number | null;
  stopped: { turn: number; reason: string; detail: string | null } | null;
  model_calls: number;
  usage: { input_tokens: number; output_tokens: number; cost: number | null };
}

type ReplayOptions = Globals & { number?: number; file?: string };

/** A recorded conversation beside a replay of its messages with a version; exit code 1 when they differ. Read-only, but calls models. */
export async function replaySession(io: Io, id: string, options: ReplayOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const { number: version, file } = options;
  if (version !== undefined && file !== undefined) throw usageError("Give --number or --file, not both.");
  const body = file === undefined ? { version } : { document: await readDocument(io, file) };
  const path = `/api/sessions/${encodeURIComponent(id)}/replay`;
  const replay = await transport.json<Replay>({ method: "POST", path, body, signal: io.signal });
  if (options.json) printJson(io, replay);
  else print(io, replay);
  return replay.diverges_at === null && replay.stopped === null ? EXIT.ok : EXIT.failure;
}

function print(io: Io, { turns, diverges_at: at, stopped, model_calls: calls, usage, version }: Replay): void {
  const style = styleFor(io);
  for (const { turn, input, recorded, replayed, differs } of turns) {
    printLine(io, style.bold(`${turn}${differs.length === 0 ? "" : ` differs: ${differs.join(", ")}`}`));
    if (input !== "") printLine(io, `  > ${safeLine(input)}`);
    printLine(io, `  was ${lineOf(recorded)}`);
    if (replayed !== null && differs.length > 0) printLine(io, `  now ${lineOf(replayed)}`);
  }
  const with_ = version === null ? "the document" : `version ${version}`;
  printLine(io, at === null ? `the same with ${with_}` : `with ${with_} it differs from turn ${at} on`);
  if (stopped)
    printLine(io, safeLine(`ends at turn ${stopped.turn}: ${stopped.reason} ${stopped.detail ?? ""}`.trim()));
  printLine(io, `${calls} calls of models, ${usage.input_tokens} tokens in, ${usage.output_tokens} out`);
}

const lineOf = ({ nodes, messages, actions, error }: Side): string =>
  safeLine([nodes.join(" → "), messages.join(" / "), ...actions, ...(error === null ? [] : [error])].join(" | "));
