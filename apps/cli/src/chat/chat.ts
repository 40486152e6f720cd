import { createInterface } from "node:readline";
import { type ParleyClient, ParleyError, type SessionCreated, type TurnAnswered } from "@parley/client";
import { agentIdOf } from "../agent-id.js";
import { CliError, EXIT, type Io, usageError } from "../io.js";
import { printJson, printLine, reportFailure } from "../report.js";
import { chatClient, type Globals, tenantOf, urlOf } from "../settings.js";
import type { Style } from "../style.js";
import * as present from "./present.js";

interface ChatOptions extends Globals {
  agent?: string;
  version?: number;
}

interface Conversation {
  io: Io;
  client: ParleyClient;
  sessionId: string;
  style: Style;
  json: boolean;
}

/**
 * Chats with an agent: lines from a terminal, or each line of a pipe. Leaves without ending the session at the end of the input, on /quit
 * and on Ctrl-C. Returns the exit code; in a pipe the first failed message ends it.
 */
export async function chat(io: Io, options: ChatOptions): Promise<number> {
  const tenant = tenantOf(io, options);
  if (tenant === undefined) throw usageError("Name the tenant: -t <id>, or PARLEY_TENANT.");
  if (options.agent === undefined) throw usageError("Name the agent: -a <id or name>.");
  const client = chatClient(io, options);
  const look = present.lookOf(io);
  const json = options.json === true;
  if (!json) {
    print(io, present.banner(look, { server: urlOf(io, options), tenant, agent: options.agent }));
    printLine(io, "  Creating session...");
  }
  const session = await create(io, client, { tenant, agent: options.agent, version: options.version });
  if (session === null) return EXIT.ok;
  if (json) printJson(io, { type: "session", ...session });
  else print(io, present.opened(look, session));
  return converse({ io, client, sessionId: session.session_id, style: look.style, json });
}

async function create(
  io: Io,
  client: ParleyClient,
  wanted: { tenant: string; agent: string; version: number | undefined },
): Promise<SessionCreated | null> {
  const { tenant, agent, version } = wanted;
  const { signal } = io;
  try {
    const agentId = await agentIdOf(client, { tenant, agent, signal });
    const chosen = version === undefined ? {} : { version };
    return await client.sessions.create({ tenant_id: tenant, agent_id: agentId, ...chosen }, { signal });
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

async function converse(talk: Conversation): Promise<number> {
  const { io, json } = talk;
  const terminal = io.stdin.isTTY === true && io.stdout.isTTY === true && !json;
  const lines = createInterface({ input: io.stdin, ...(terminal ? { output: io.stdout, terminal: true } : {}) });
  const leave = (): void => lines.close();
  io.signal.addEventListener("abort", leave, { once: true });
  lines.on("SIGINT", () => io.interrupt());
  lines.setPrompt(`  ${talk.style.green("You:")} `);
  const prompt = (): void => (terminal ? lines.prompt() : undefined);
  try {
    prompt();
    for await (const line of lines) {
      if (io.signal.aborted) break;
      const text = line.trim();
      if (!terminal && !json && text !== "") print(io, [`  You: ${line}`, ""]);
      else if (terminal && text !== "") printLine(io);
      const outcome = text === "" ? "on" : await obey(talk, text, terminal);
      if (outcome === "failed" && !terminal) return EXIT.failure;
      if (outcome === "over") return EXIT.ok;
      prompt();
    }
    if (terminal) print(io, ["", `  Left session ${talk.sessionId} open; it times out by itself.`]);
    return EXIT.ok;
  } finally {
    io.signal.removeEventListener("abort", leave);
    lines.close();
  }
}

type Outcome = "on" | "over" | "failed";

async function obey(talk: Conversation, text: string, terminal: boolean): Promise<Outcome> {
  try {
    return text.startsWith("/") ? await command(talk, text.toLowerCase()) : await say(talk, text, terminal);
  } catch (error) {
    if (talk.io.signal.aborted) return "over";
    reportFailure(talk.io, error);
    const ended = error instanceof ParleyError && error.status === 410;
    return ended && terminal ? "over" : "failed";
  }
}

async function say(talk: Conversation, text: string, terminal: boolean): Promise<Outcome> {
  const { io, client, sessionId } = talk;
  const look = present.lookOf(io);
  // A line that is erased again: the box is drawn once the answer is complete, because only then it can be wrapped.
  const wait = (label: string): void =>
    terminal ? void io.stdout.write(`\r\u001b[K  ${talk.style.dim(label)}`) : undefined;
  wait("Agent is typing…");
  let turn: TurnAnswered;
  try {
    turn = await client.sessions.send(sessionId, text, { signal: io.signal });
  } finally {
    if (terminal) io.stdout.write("\r\u001b[K");
  }
  if (talk.json) printJson(io, { type: "turn", input: text, ...turn });
  else print(io, present.answer(look, turn));
  if (!turn.session_ended) return "on";
  if (!talk.json) print(io, [`  ${talk.style.green("✓")} The agent has ended the session.`]);
  return "over";
}

async function command({ io, client, sessionId, style, json }: Conversation, name: string): Promise<Outcome> {
  const { signal } = io;
  const look = present.lookOf(io);
  const show = (value: { type: string }, lines: string[]): void => (json ? printJson(io, value) : print(io, lines));
  switch (name) {
    case "/status": {
      const session = await client.sessions.get(sessionId, { signal });
      show({ type: "status", ...session }, present.statusLines(look, session));
      return "on";
    }
    case "/vars": {
      const session = await client.sessions.get(sessionId, { signal });
      const value = { type: "vars", collected_data: session.collected_data };
      show(value, present.collectedLines(look, session));
      return "on";
    }
    case "/history": {
      const { data } = await client.sessions.history(sessionId, { signal, limit: 200 });
      const value = { type: "history", data };
      show(value, present.historyLines(look, data));
      return "on";
    }
    case "/end": {
      const closed = await client.sessions.end(sessionId, { signal });
      const { total_turns: turns, total_transitions: transitions } = closed;
      show({ type: "end", ...closed }, [
        `  ${style.green("✓")} Session ended: ${turns} turns, ${transitions} transitions.`,
      ]);
      return "over";
    }
    case "/quit":
      return "over";
    case "/help":
      show({ type: "help" }, present.helpLines(look));
      return "on";
    default:
      throw new CliError("unknown_command", `There is no command ${name}; /help lists them.`);
  }
}

function print(io: Io, lines: string[]): void {
  for (const line of lines) printLine(io, line);
}
