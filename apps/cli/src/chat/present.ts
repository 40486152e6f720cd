import type { HistoryMessage, SessionCreated, SessionShown, TransitionInfo, TurnAnswered } from "@parley/client";
import type { Io } from "../io.js";
import { columnsOf, safeLine, safeText, wrapText } from "../plain-text.js";
import { type Style, styleFor } from "../style.js";

const RULE_COLUMNS = 60;
/** Columns of the boxes when the terminal's width is unknown. */
const BOX_COLUMNS = 64;
const MAX_BOX_COLUMNS = 100;

export interface Look {
  style: Style;
  /** Columns of a box, its indent included. */
  columns: number;
  /** Columns of a line; infinite when the terminal's width is unknown. */
  width: number;
}

export const lookOf = (io: Pick<Io, "env" | "stdout">): Look => ({
  style: styleFor(io),
  columns: boxColumns(io.stdout.columns),
  width: io.stdout.columns || Number.POSITIVE_INFINITY,
});

/** A box fills the terminal up to a readable width. */
function boxColumns(terminal: number | undefined): number {
  if (terminal === undefined || terminal <= 0) return BOX_COLUMNS;
  return Math.max(24, Math.min(terminal - 2, MAX_BOX_COLUMNS));
}

export function banner(look: Look, place: { server: string; tenant: string; agent: string }): string[] {
  const { style } = look;
  const rule = style.cyan("=".repeat(Math.min(RULE_COLUMNS, look.columns)));
  const field = (name: string, value: string): string[] => folded(look, `  ${name} ${value}`, 10);
  return [
    rule,
    ...folded(look, "  Text Chat CLI - Interactive Agent Testing", 2).map(style.bold),
    rule,
    ...field("Server:", place.server),
    ...field("Tenant:", place.tenant),
    ...field("Agent: ", place.agent),
    rule,
    "",
  ];
}

/** Wraps a line to the width, indenting the continuation lines. */
function folded({ width }: Look, line: string, indent: number): string[] {
  if (columnsOf(line) <= width) return [line];
  const start = line.length - line.trimStart().length;
  const lines = wrapText(line.trimStart(), width - indent);
  return lines.map((part, index) => " ".repeat(index === 0 ? start : indent) + part);
}

export function opened(look: Look, session: SessionCreated): string[] {
  const done = (text: string): string[] =>
    folded(look, `  ✓ ${text}`, 4).map((line) => line.replace(/^ {2}✓/, `  ${look.style.green("✓")}`));
  const active = session.is_active_version ? "active" : "not active";
  return [
    ...done(`Session ID: ${safeLine(session.session_id)}`),
    ...done(`Agent Config Version: ${session.agent_config_version} (${active})`),
    ...done(`Starting node: ${nameOf(session.initial_node_name, session.initial_node_id)}`),
    ...(session.transitions.length === 0 ? [] : ["  Startup transitions:"]),
    ...transitionLines(look, session.transitions),
    ...done(`Current node: ${nameOf(session.node_name, session.node_id)}`),
    "",
    ...(session.initial_message === null ? [] : [...agentBox(look, session.initial_message), ""]),
  ];
}

/** The agent's text, in a box that is open to the right, so that wide characters cannot break it. */
function agentBox({ style, columns }: Look, text: string): string[] {
  const lines = wrapText(safeText(text), columns - 4);
  return [
    `  ${style.cyan(`┌─ Agent ${"─".repeat(columns - 13)}`)}`,
    ...lines.map((line) => `  ${style.cyan("│")} ${line}`.trimEnd()),
    `  ${style.cyan(`└${"─".repeat(columns - 3)}`)}`,
  ];
}

export function answer(look: Look, turn: TurnAnswered): string[] {
  const { style } = look;
  const place = `📍 Node: ${nameOf(turn.node_name, turn.node_id)} (${safeLine(turn.node_id)})`;
  return [
    ...agentBox(look, turn.response),
    ...folded(look, `  ${place} | ⏱️ ${turn.latency_ms}ms`, 5).map(style.dim),
    ...transitionLines(look, turn.transitions),
    ...variableLine(look, turn.extracted_variables),
    "",
  ];
}

function transitionLines(look: Look, transitions: TransitionInfo[]): string[] {
  return transitions.flatMap((step) => {
    const path = `    ➡️  ${nameOf(step.from_node_name, step.from_node)} → ${nameOf(step.to_node_name, step.to_node)}`;
    const condition = step.condition === null ? "" : ` (${safeLine(step.condition)})`;
    if (columnsOf(path + condition) <= look.width) return [path + look.style.dim(condition)];
    return [...folded(look, path, 8), ...folded(look, `       ${condition}`, 8).map(look.style.dim)];
  });
}

function variableLine(look: Look, variables: Record<string, unknown> | null): string[] {
  const pairs = Object.entries(variables ?? {}).map(([name, value]) => `${safeLine(name)}=${valueText(value)}`);
  return pairs.length === 0 ? [] : folded(look, `    📝 Extracted: ${pairs.join(", ")}`, 7).map(look.style.yellow);
}

export function statusLines(look: Look, session: SessionShown): string[] {
  const lines = [
    `  Session:     ${safeLine(session.session_id)}`,
    `  Status:      ${session.status}`,
    `  Node:        ${nameOf(session.node_name, session.node_id)} (${safeLine(session.node_id)})`,
    `  Turns:       ${session.turns}`,
    `  Transitions: ${session.transition_count}`,
  ];
  return [...lines.flatMap((line) => folded(look, line, 4)), ""];
}

export function collectedLines(look: Look, session: SessionShown): string[] {
  const pairs = Object.entries(session.collected_data);
  if (pairs.length === 0) return ["  Nothing collected yet.", ""];
  return [...pairs.flatMap(([name, value]) => folded(look, `  ${safeLine(name)} = ${valueText(value)}`, 4)), ""];
}

export function historyLines({ style, columns }: Look, messages: HistoryMessage[]): string[] {
  const lines = messages.flatMap(({ role, content }) => {
    const [first = "", ...rest] = wrapText(safeText(content), columns - 10);
    const who = role === "user" ? style.green("You:  ") : style.cyan("Agent:");
    return [`  ${who} ${first}`, ...rest.map((line) => `         ${line}`.trimEnd())];
  });
  return [...lines, ""];
}

const HELP = [
  "  /status   show the state of the session (node, turns, transitions)",
  "  /vars     show what has been collected",
  "  /history  show the conversation",
  "  /end      end the session and leave",
  "  /quit     leave without ending it (it times out by itself)",
  "  /help     show this",
  "",
];

export const helpLines = (look: Look): string[] => HELP.flatMap((line) => folded(look, line, 12));

const nameOf = (name: string | null, id: string): string => safeLine(name ?? id);
const valueText = (value: unknown): string => safeLine(typeof value === "string" ? value : JSON.stringify(value));
