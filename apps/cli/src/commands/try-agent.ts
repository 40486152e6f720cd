import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { EXIT, type Io, usageError } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface TryOptions extends Globals {
  number?: number;
  file?: string;
  say?: string[];
  makeCalls?: boolean;
}

interface StepShown {
  status: "done" | "waiting" | "failed";
  error: string | null;
  waits_for: { node: string; method: string; url: string } | null;
  node: string;
  messages: { content: string }[];
  ended: boolean;
  not_done: { kind: string; detail: string }[];
  answers: unknown[];
  trace: { nodes: string[]; variables: Record<string, unknown>; latency: { total_ms: number } } | null;
}

/** Chats with a version or a file; exit code 1 when a step fails or stops at an HTTP call. Nothing is stored, so a repeat is harmless. */
export async function tryAgent(io: Io, agent: string, options: TryOptions): Promise<number> {
  const { number: version, file, say, makeCalls } = options;
  if (version !== undefined && file !== undefined) throw usageError("Give --number or --file.");
  const transport = ownerTransport(io, options);
  const document = file === undefined ? undefined : await readFile(file, "utf8");
  const common = { version, document, api_calls: makeCalls ? "make" : "ask" };
  const path = `/api/agents/${encodeURIComponent(agent)}/try`;
  const steps: { say: string; answers?: unknown[] }[] = [];
  let opening: { answers: unknown[] } | undefined;
  let shown: { steps: StepShown[] } | undefined;
  const next = async (): Promise<StepShown | undefined> => {
    const call = { method: "POST" as const, path, body: { ...common, opening, steps }, signal: io.signal };
    shown = await transport.json<{ steps: StepShown[] }>(call);
    const [opened, ...after] = shown.steps;
    opening = { answers: opened?.answers ?? [] };
    for (const [index, { answers }] of after.entries()) Object.assign(steps[index] ?? {}, { answers });
    const last = shown.steps.at(-1);
    if (last && !options.json) printStep(io, last);
    return last;
  };
  let last = await next();
  for await (const text of say ?? createInterface({ input: io.stdin })) {
    if (last === undefined || last.status !== "done" || last.ended) break;
    if (text.trim() === "") continue;
    if (say !== undefined && !options.json) printLine(io, `> ${safeLine(text)}`);
    steps.push({ say: text });
    last = await next();
  }
  if (options.json) printJson(io, shown);
  return last?.status === "done" ? EXIT.ok : EXIT.failure;
}

function printStep(io: Io, { status, error, waits_for: waits, messages, not_done, trace, ended }: StepShown): void {
  for (const { content } of messages) for (const line of content.split("\n")) printLine(io, safeLine(line));
  const way = trace === null ? "" : `${trace.nodes.join(" → ")}, ${trace.latency.total_ms} ms`;
  printLine(io, safeLine(`  [${way}]`));
  for (const [name, value] of Object.entries(trace?.variables ?? {}))
    printLine(io, safeLine(`  ${name} = ${JSON.stringify(value)}`));
  for (const { kind, detail } of not_done) printLine(io, safeLine(`  not done: ${kind} ${detail}`));
  if (waits !== null) printLine(io, safeLine(`  stops at ${waits.node}: ${waits.method} ${waits.url} (--make-calls)`));
  if (status === "failed") printLine(io, `  failed: ${safeLine(error ?? "internal")}`);
  if (ended) printLine(io, "  The conversation has ended.");
}
