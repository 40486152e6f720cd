import { EXIT, type Io } from "../io.js";
import { safeLine } from "../plain-text.js";
import { printJson, printLine, printTable } from "../report.js";
import { type Globals, ownerTransport } from "../settings.js";

interface SuiteShown {
  version: number;
  passed: boolean;
  tests: {
    name: string;
    passed: boolean;
    steps: { step: number; say: string | null; passed: boolean; reasons: string[] }[];
  }[];
  coverage: {
    nodes: { visited: number; total: number; unvisited: string[] };
    edges: { visited: number; total: number; unvisited: { from: string; condition: string; to: string }[] };
  };
}

const versionPath = (agent: string, version: number): string =>
  `/api/agents/${encodeURIComponent(agent)}/versions/${version}`;

/** Runs the tests of a version; exit code 1 when it has not passed. */
export async function testAgent(io: Io, agent: string, options: Globals & { number: number }): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `${versionPath(agent, options.number)}/test`;
  const shown = await transport.json<SuiteShown>({ method: "POST", path, signal: io.signal });
  if (options.json) printJson(io, shown);
  else printSuite(io, shown);
  return shown.passed ? EXIT.ok : EXIT.failure;
}

function printSuite(io: Io, { tests, coverage: { nodes, edges } }: SuiteShown): void {
  if (tests.length === 0) printLine(io, "The version has no tests.");
  for (const test of tests) {
    printLine(io, `${test.passed ? "✓" : "✗"} ${safeLine(test.name)}`);
    for (const step of test.steps.filter(({ passed }) => !passed)) {
      const where =
        step.step === 0 ? "opening" : `step ${step.step}${step.say === null ? "" : ` "${safeLine(step.say)}"`}`;
      for (const reason of step.reasons) printLine(io, `    ${where}: ${safeLine(reason)}`);
    }
  }
  printLine(io, `${tests.filter(({ passed }) => passed).length} of ${tests.length} tests passed`);
  printLine(io, `visited ${nodes.visited} of ${nodes.total} nodes, ${edges.visited} of ${edges.total} transitions`);
  for (const id of nodes.unvisited) printLine(io, `    not visited: ${safeLine(id)}`);
  for (const { from, condition, to } of edges.unvisited) {
    printLine(io, `    not taken: ${safeLine(`${from} → ${to} (${condition})`)}`);
  }
}

export interface ReplayOptions extends Globals {
  number: number;
  session?: string[];
  link?: string;
  limit?: number;
}

interface ReplayShown {
  replayed: number;
  identical: number;
  diverged: { session_id: string; turn: number; kind: string; expected: unknown; got: unknown }[];
  remaining: string[];
  unknown: string[];
}

/** Replays recorded sessions against a version; exit code 1 when one took another path or was not reached. */
export async function replayAgent(io: Io, agent: string, options: ReplayOptions): Promise<number> {
  const transport = ownerTransport(io, options);
  const { session: session_ids, link: link_id, limit } = options;
  const call = {
    method: "POST" as const,
    path: `${versionPath(agent, options.number)}/replay`,
    signal: io.signal,
  };
  const shown = await transport.json<ReplayShown>({ ...call, body: { session_ids, link_id, limit } });
  if (options.json) printJson(io, shown);
  else printReplay(io, shown);
  const complete = shown.diverged.length + shown.remaining.length + shown.unknown.length === 0;
  return complete ? EXIT.ok : EXIT.failure;
}

function printReplay(io: Io, { replayed, identical, diverged, remaining, unknown }: ReplayShown): void {
  printLine(io, `${identical} of ${replayed} sessions go the same way`);
  if (diverged.length > 0) {
    const rows = diverged.map((one) => [one.session_id, `${one.turn}`, one.kind, text(one.expected), text(one.got)]);
    printTable(io, ["SESSION", "TURN", "WHAT", "RECORDED", "NOW"], rows);
  }
  if (remaining.length > 0) printLine(io, `not reached in time: ${remaining.length} sessions`);
  for (const id of unknown) printLine(io, `no session of this agent: ${safeLine(id)}`);
}

/** Longest cell of the table. */
const MAX_CELL = 60;

function text(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return "nothing";
  const whole = Array.isArray(value) && value.every((part) => typeof part === "string") ? value.join("; ") : value;
  const shown = typeof whole === "string" ? whole : (JSON.stringify(whole) ?? "");
  return shown.length > MAX_CELL ? `${shown.slice(0, MAX_CELL)}…` : shown;
}

/** Prints what has changed between two versions, as a unified diff. */
export async function diffAgent(
  io: Io,
  agent: string,
  options: Globals & { from: number; to: number },
): Promise<number> {
  const transport = ownerTransport(io, options);
  const path = `${versionPath(agent, options.from)}/diff/${options.to}`;
  const shown = await transport.json<{ identical: boolean; unified: string }>({
    ...{ method: "GET", path },
    ...{ signal: io.signal },
  });
  if (options.json) printJson(io, shown);
  else if (shown.identical) printLine(io, "The versions are the same.");
  else for (const line of shown.unified.split("\n")) printLine(io, safeLine(line));
  return EXIT.ok;
}
