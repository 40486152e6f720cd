import type { HistoryMessage, SessionCreated, SessionShown, TransitionInfo, TurnAnswered } from "@parley/client";
import { safeLine, safeText, wrapText } from "../plain-text.js";
import type { Style } from "../style.js";

const RULE = "=".repeat(60);
/** Columns of the boxes where no terminal says how many there are. */
const BOX_COLUMNS = 64;
const MAX_BOX_COLUMNS = 100;

export interface Look {
  style: Style;
  /** Columns of a box, its indent included. */
  columns: number;
}

/** A box fills the terminal up to a width that is still good to read. */
export function boxColumns(terminal: number | undefined): number {
  if (terminal === undefined || terminal <= 0) return BOX_COLUMNS;
  return Math.max(24, Math.min(terminal - 2, MAX_BOX_COLUMNS));
}

export function banner({ style }: Look, place: { server: string; tenant: string; agent: string }): string[] {
  return [
    style.cyan(RULE),
    `  ${style.bold("Text Chat CLI - Interactive Agent Testing")}`,
    style.cyan(RULE),
    `  Server: ${place.server}`,
    `  Tenant: ${place.tenant}`,
    `  Agent:  ${place.agent}`,
    style.cyan(RULE),
    "",
  ];
}

export function opened(look: Look, session: SessionCreated): string[] {
  const { style } = look;
  const done = style.green("✓");
  const active = session.is_active_version ? "active" : "not active";
  const startup = session.transitions.length === 0 ? [] : ["  Startup transitions:"];
  return [
    `  ${done} Session ID: ${safeLine(session.session_id)}`,
    `  ${done} Agent Config Version: ${session.agent_config_version} (${active})`,
    `  ${done} Starting node: ${nameOf(session.initial_node_name, session.initial_node_id)}`,
    ...startup,
    ...transitionLines(look, session.transitions),
    `  ${done} Current node: ${nameOf(session.node_name, session.node_id)}`,
    "",
    ...(session.initial_message === null ? [] : [...agentBox(look, session.initial_message), ""]),
  ];
}

/** What the agent says, in a box that is open to the right, so that wide characters cannot break it. */
export function agentBox({ style, columns }: Look, text: string): string[] {
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
    `  ${style.dim(`${place} | ⏱️ ${turn.latency_ms}ms`)}`,
    ...transitionLines(look, turn.transitions),
    ...variableLine(look, turn.extracted_variables),
    "",
  ];
}

function transitionLines({ style }: Look, transitions: TransitionInfo[]): string[] {
  return transitions.map((step) => {
    const path = `${nameOf(step.from_node_name, step.from_node)} → ${nameOf(step.to_node_name, step.to_node)}`;
    return `    ➡️  ${path}${step.condition === null ? "" : style.dim(` (${safeLine(step.condition)})`)}`;
  });
}

function variableLine({ style }: Look, variables: Record<string, unknown> | null): string[] {
  const pairs = Object.entries(variables ?? {}).map(([name, value]) => `${safeLine(name)}=${valueText(value)}`);
  return pairs.length === 0 ? [] : [`    ${style.yellow(`📝 Extracted: ${pairs.join(", ")}`)}`];
}

export function statusLines(session: SessionShown): string[] {
  return [
    `  Session:     ${safeLine(session.session_id)}`,
    `  Status:      ${session.status}`,
    `  Node:        ${nameOf(session.node_name, session.node_id)} (${safeLine(session.node_id)})`,
    `  Turns:       ${session.turns}`,
    `  Transitions: ${session.transition_count}`,
    "",
  ];
}

export function collectedLines(session: SessionShown): string[] {
  const pairs = Object.entries(session.collected_data);
  if (pairs.length === 0) return ["  Nothing collected yet.", ""];
  return [...pairs.map(([name, value]) => `  ${safeLine(name)} = ${valueText(value)}`), ""];
}

export function historyLines({ style, columns }: Look, messages: HistoryMessage[]): string[] {
  const lines = messages.flatMap(({ role, content }) => {
    const [first = "", ...rest] = wrapText(safeText(content), columns - 10);
    const who = role === "user" ? style.green("You:  ") : style.cyan("Agent:");
    return [`  ${who} ${first}`, ...rest.map((line) => `         ${line}`.trimEnd())];
  });
  return [...lines, ""];
}

export const HELP = [
  "  /status   show the state of the session (node, turns, transitions)",
  "  /vars     show what has been collected",
  "  /history  show the conversation",
  "  /end      end the session and leave",
  "  /quit     leave without ending it (it times out by itself)",
  "  /help     show this",
  "",
];

const nameOf = (name: string | null, id: string): string => safeLine(name ?? id);
const valueText = (value: unknown): string => safeLine(typeof value === "string" ? value : JSON.stringify(value));
