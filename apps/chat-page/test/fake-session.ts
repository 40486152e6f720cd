import type { ServerResponse } from "node:http";
import type { FakeFile } from "./fake-files.js";

export const SESSION_COOKIE = "parley_session_test";

interface StoredMessage {
  id: string;
  sequence: number;
  turn_id: string;
  role: "user" | "assistant";
  content: string;
  client_message_id: string | null;
  status: "pending" | "done" | "failed";
  files?: FakeFile[];
  finish_reason?: string;
  author?: "human";
  author_name?: string | null;
  created_at: string;
}

export interface FakeTurn {
  turnId: string;
  text: string;
  /** The parts of the committed answer. */
  done: Promise<string[]>;
}

/** One session: its messages, its event log, its open streams. A test speaks for the agent. */
export interface FakeSession {
  id: string;
  ended: boolean;
  /** For whom the site around the panel vouched. */
  person: string | null;
  remaining: number;
  /** The link has a session left for another conversation. */
  another: boolean;
  expiresAt: string | null;
  /** How long it may be quiet; null = the server does not tell. */
  idleSeconds: number | null;
  /** Milliseconds since 1970 by the clock of the server. */
  serverNow(): number;
  /** What a request without a stream learns: how it ended. */
  endReason: string | null;
  /** Open streams of this session. */
  streamCount(): number;
  /** The last words were said so long ago. */
  lastSaid(agoSeconds: number): void;
  /** The operator writes, or has stopped. */
  types(active: boolean, who?: string): void;
  /** Called for each accepted message; without it the agent says nothing until told. */
  onTurn: ((turn: FakeTurn) => void) | null;
  turns: FakeTurn[];
  accept(text: string, clientMessageId: string, files?: FakeFile[]): FakeTurn;
  /** Streams a piece at its place in the answer. */
  delta(turnId: string, at: number, text: string, attempt?: number): void;
  status(turnId: string, label: string): void;
  /** Commits the answer, in one or more parts: history, event log, streams. No part = a silent turn. */
  finish(turnId: string, ...parts: string[]): void;
  /** Commits an answer that was stopped. */
  stop(turnId: string, said: string): void;
  fail(turnId: string, code: string): void;
  greet(...parts: string[]): void;
  quota(): void;
  /** A human was asked for, has taken over, said something, or has left. */
  /** So many minutes ago. */
  humanAsked(minutesAgo?: number): void;
  /** What the visitor chose to do while waiting. */
  choose(choice: string): void;
  humanJoins(name: string | null): void;
  humanSays(name: string | null, text: string): void;
  humanLeaves(): void;
  end(reason: string): void;
  cut(): void;
  /** Forgets the log, as after a restore: every cursor becomes foreign. */
  newEpoch(): void;
  /** Messages a page of the history holds. */
  pageSize: number;
  /** The newest messages, or those before a cursor, oldest first. */
  page(cursor: string | null): { data: StoredMessage[]; next_cursor: string | null };
  view(): Record<string, unknown>;
  openStream(response: ServerResponse, after: string | null): void;
  poll(after: string | null): Promise<Record<string, unknown>>;
}

type Logged = { offset: number; type: string; body: Record<string, unknown> };

const POLL_HOLD_MS = 400;

export function createFakeSession(id: string, serverNow: () => number = Date.now): FakeSession {
  const messages: StoredMessage[] = [];
  const log: Logged[] = [];
  const streams = new Set<ServerResponse>();
  const partial = new Map<string, { attempt: number; text: string }>();
  const resolvers = new Map<string, (parts: string[]) => void>();
  const waiting = new Set<() => void>();
  let epoch = 1;
  let human: { name: string | null } | null = null;
  let waitingSince: string | null = null;
  let byMail = false;

  const write = (stream: ServerResponse, name: string, body: unknown, eventId?: string): void => {
    stream.write(`${eventId ? `id: ${eventId}\n` : ""}event: ${name}\ndata: ${JSON.stringify(body)}\n\n`);
  };
  const live = (name: string, body: Record<string, unknown>): void => {
    for (const stream of streams) write(stream, name, { type: name, ...body });
  };
  const stamp = (): string => new Date(serverNow()).toISOString();
  let saidAt = serverNow();
  const idle = (): Record<string, unknown> =>
    session.idleSeconds === null
      ? {}
      : {
          idle_timeout_seconds: session.idleSeconds,
          idle_expires_at: new Date(saidAt + session.idleSeconds * 1000).toISOString(),
        };
  const append = (type: string, body: Record<string, unknown>): void => {
    if (type === "message") saidAt = serverNow();
    const event = { offset: log.length + 1, type, body: { type, ...body, created_at: stamp() } };
    log.push(event);
    for (const stream of streams) write(stream, type, event.body, `${epoch}-${event.offset}`);
    for (const wake of [...waiting]) wake();
  };
  const store = (message: Omit<StoredMessage, "id" | "sequence" | "created_at">): void => {
    const sequence = messages.length + 1;
    messages.push({ ...message, id: `message-${sequence}`, sequence, created_at: stamp() });
  };
  /** As the real log: messages of an answer carry their part, the end of a turn what it leaves. */
  const speak = (turnId: string, parts: readonly string[], stopped = false): void => {
    const end = stopped ? { finish_reason: "stopped" } : {};
    for (const [part, content] of parts.entries()) {
      store({ turn_id: turnId, role: "assistant", content, client_message_id: null, status: "done", ...end });
      append("message", { turn_id: turnId, role: "assistant", part, content });
    }
    append("quota", { turn_id: turnId, remaining_messages: session.remaining, expires_at: session.expiresAt, ...end });
  };
  const settle = (turnId: string, status: "done" | "failed"): void => {
    for (const message of messages) if (message.turn_id === turnId && message.role === "user") message.status = status;
  };
  const offsetAfter = (after: string | null): number | null => {
    const [cursorEpoch, offset] = (after ?? `${epoch}-0`).split("-").map(Number);
    return cursorEpoch === epoch && offset !== undefined && offset <= log.length ? offset : null;
  };

  const session: FakeSession = {
    id,
    ended: false,
    person: null,
    remaining: 20,
    another: true,
    expiresAt: null,
    idleSeconds: null,
    serverNow,
    endReason: null,
    streamCount: () => streams.size,
    lastSaid: (agoSeconds) => {
      saidAt = serverNow() - agoSeconds * 1000;
    },
    types: (active, who = "operator") => live("typing", { who, active }),
    onTurn: null,
    turns: [],
    accept: (text, clientMessageId, files = []) => {
      const known = messages.find((message) => message.client_message_id === clientMessageId);
      const turn = known && session.turns.find((item) => item.turnId === known.turn_id);
      if (turn) return turn;
      const turnId = `${id}.${session.turns.length + 1}`;
      const fresh: FakeTurn = { turnId, text, done: new Promise((resolve) => resolvers.set(turnId, resolve)) };
      session.turns.push(fresh);
      session.remaining -= 1;
      store({
        turn_id: turnId,
        role: "user",
        content: text,
        client_message_id: clientMessageId,
        status: "pending",
        files,
      });
      append("message", { turn_id: turnId, role: "user", content: text, client_message_id: clientMessageId, files });
      session.onTurn?.(fresh);
      return fresh;
    },
    delta: (turnId, at, text, attempt = 1) => {
      const current = partial.get(turnId);
      const before = current?.attempt === attempt ? current.text : "";
      partial.set(turnId, { attempt, text: before.slice(0, at) + text });
      live("message.delta", { turn_id: turnId, attempt, part: 0, at, text });
    },
    status: (turnId, label) => live("status", { turn_id: turnId, attempt: 1, label }),
    finish: (turnId, ...parts) => {
      partial.delete(turnId);
      settle(turnId, "done");
      speak(turnId, parts);
      resolvers.get(turnId)?.(parts);
    },
    stop: (turnId, said) => {
      partial.delete(turnId);
      settle(turnId, "done");
      speak(turnId, [said], true);
      resolvers.get(turnId)?.([said]);
    },
    fail: (turnId, code) => {
      partial.delete(turnId);
      settle(turnId, "failed");
      session.remaining += 1;
      append("error", { turn_id: turnId, code, remaining_messages: session.remaining });
    },
    greet: (...parts) => speak(`${id}.0`, parts),
    quota: () => append("quota", { remaining_messages: session.remaining, expires_at: session.expiresAt, ...idle() }),
    humanAsked: (minutesAgo = 0) => {
      waitingSince = new Date(serverNow() - minutesAgo * 60_000).toISOString();
      append("escalation", { state: "open", reason: null });
    },
    choose: (choice) => {
      if (choice === "email") byMail = true;
      if (choice === "cancel") waitingSince = null;
    },
    humanJoins: (name) => {
      human = { name };
      waitingSince = null;
      append("escalation", { state: "assigned", reason: null });
      append("assignment", { state: "assigned", name });
    },
    humanSays: (name, content) => {
      const turn_id = `${id}.${session.turns.length}h${messages.length + 1}`;
      const said = { turn_id, role: "assistant" as const, content, author: "human" as const, author_name: name };
      store({ ...said, client_message_id: null, status: "done" });
      append("message", { ...said, id: `message-${messages.length}`, part: 0 });
    },
    humanLeaves: () => {
      human = null;
      append("escalation", { state: "resolved" });
      append("assignment", { state: "released", name: null });
    },
    end: (reason) => {
      session.ended = true;
      session.endReason = reason;
      append("session_ended", { reason });
    },
    cut: () => {
      for (const stream of streams) stream.destroy();
      streams.clear();
    },
    newEpoch: () => {
      epoch += 1;
      log.length = 0;
    },
    pageSize: 100,
    page: (cursor) => {
      const end = cursor === null ? messages.length : Number(cursor);
      const start = Math.max(0, end - session.pageSize);
      return { data: messages.slice(start, end), next_cursor: start > 0 ? String(start) : null };
    },
    view: () => ({
      session_id: id,
      status: session.ended ? "completed" : "active",
      created_at: stamp(),
      updated_at: stamp(),
      ended_at: session.ended ? stamp() : null,
      end_reason: session.endReason,
      message_count: session.turns.length,
      ...idle(),
      expires_at: session.expiresAt,
      remaining_messages: session.remaining,
      another_session: session.another,
      handled_by: human === null ? "agent" : "human",
      operator_name: human?.name ?? null,
      waiting_since: waitingSince,
      escalation: waitingSince === null ? null : wish({ since: waitingSince, answer_by_mail: byMail }),
      last_event_id: `${epoch}-${log.length}`,
    }),
    openStream: (response, after) => {
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      response.write("retry: 200\n\n");
      const offset = offsetAfter(after);
      write(response, "connected", {
        type: "connected",
        session_id: id,
        status: session.ended ? "completed" : "active",
        head: log.length,
        now: stamp(),
        expires_at: session.expiresAt,
        ...idle(),
      });
      if (offset === null) {
        const { data, next_cursor } = session.page(null);
        const snapshot = { type: "reset", session: session.view(), messages: data, next_cursor };
        write(response, "reset", snapshot, `${epoch}-${log.length}`);
      } else for (const event of log.slice(offset)) write(response, event.type, event.body, `${epoch}-${event.offset}`);
      for (const [turnId, { attempt, text }] of partial) {
        write(response, "message.delta", { type: "message.delta", turn_id: turnId, attempt, part: 0, at: 0, text });
      }
      streams.add(response);
      response.on("close", () => streams.delete(response));
    },
    poll: async (after) => {
      const offset = offsetAfter(after) ?? 0;
      if (log.length <= offset) {
        await new Promise<void>((resolve) => {
          const done = (): void => {
            clearTimeout(timer);
            waiting.delete(done);
            resolve();
          };
          const timer = setTimeout(done, POLL_HOLD_MS);
          waiting.add(done);
        });
      }
      const events = log.slice(offset).map((event) => ({ id: `${epoch}-${event.offset}`, ...event.body }));
      return { events, cursor: `${epoch}-${log.length}`, status: session.ended ? "completed" : "active" };
    },
  };
  return session;
}

const wish = (more: Record<string, unknown>): Record<string, unknown> => ({
  ...{ id: "0198a000-0000-7000-8000-0000000000e5", status: "waiting", assigned_name: null, reason: null },
  ...more,
});
