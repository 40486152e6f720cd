import { randomUUID } from "node:crypto";
import type { Bus } from "@parley/bus";
import {
  AppError,
  acceptMessage,
  createSession,
  endSession,
  getHistory,
  getSession,
  getTurn,
  listSessions,
  readEvents,
  type SessionAccess,
  type SessionEvent,
  type SessionView,
  sessionHeads,
  type TurnResult,
  type TurnState,
  turnResultLive,
} from "@parley/contracts";
import type { RedisLike } from "@parley/redis";
import { createSecrets } from "@parley/secrets";
import { type FakeSession, historyOf, resultOf, viewOf } from "./fake-records.js";

const secrets = createSecrets("test-only-master-key-test-only-master-key");

/**
 * The sessions service and the runner as the gateway meets them on the bus, kept in memory. Turns end only when the test
 * says so (`finish`), unless `answers` makes each reply from the message.
 */
export class FakeSessions {
  readonly sessions = new Map<string, FakeSession>();
  readonly accepted: string[] = [];
  /** Makes replies by itself; null = the test ends turns. */
  answers: ((text: string) => string) | null = (text) => `echo ${text}`;
  /** Live results and live entries are published; false = everything that is losable is lost. */
  live = true;
  readonly moreTokens = new Map<string, string>();
  readonly keys = new Map<string, { fingerprint: string; sessionId: string; turnId: string }>();
  readonly replyTo = new Map<string, string>();
  /** What visitors said of themselves, by session. */
  readonly participants = new Map<string, unknown>();
  /** What came with the link of a session about its looks, by session. */
  readonly brandings = new Map<string, unknown>();
  calls: Record<string, number> = {};

  constructor(
    readonly bus: Bus,
    readonly redis: RedisLike,
  ) {
    const counted =
      <I, O>(name: string, fn: (input: I) => Promise<O> | O) =>
      async (input: I): Promise<O> => {
        this.calls[name] = (this.calls[name] ?? 0) + 1;
        return fn(input);
      };
    bus.serve(
      createSession,
      counted("create", (input) => this.#create(input)),
    );
    bus.serve(
      acceptMessage,
      counted("accept", (input) => this.#accept(input)),
    );
    bus.serve(
      getTurn,
      counted("turn", (input) => ({ turn: this.#turn(this.#open(input.access), input.turnId) })),
    );
    bus.serve(
      getSession,
      counted("get", (input) => ({ session: this.#view(this.#open(input.access)) })),
    );
    bus.serve(
      getHistory,
      counted("history", (input) => ({
        data: this.#open(input.access).history.slice(-input.limit),
        nextCursor: null,
      })),
    );
    bus.serve(
      readEvents,
      counted("events", (input) => {
        const session = this.#open(input.access);
        return {
          sessionId: session.view.session_id,
          epoch: session.epoch,
          head: session.events.length,
          events: session.events.filter(({ offset }) => offset > input.after).slice(0, input.limit),
          status: session.view.status,
        };
      }),
    );
    bus.serve(
      sessionHeads,
      counted("heads", ({ sessionIds }) => ({
        heads: Object.fromEntries(
          sessionIds.flatMap((id) => {
            const session = this.sessions.get(id);
            return session === undefined ? [] : [[id, { head: session.events.length, status: session.view.status }]];
          }),
        ),
      })),
    );
    bus.serve(
      endSession,
      counted("end", ({ access, reason }) => {
        const session = this.#open(access);
        if (session.view.status !== "active") throw new AppError("session_ended");
        this.end(session, reason);
        return {
          success: true as const,
          conversation_id: session.view.conversation_id,
          final_node_id: "end_call",
          final_node_name: "Terminate Call",
          total_turns: session.view.turns,
          total_transitions: 0,
          replayed: false,
        };
      }),
    );
    bus.serve(
      listSessions,
      counted("list", ({ principal }) => ({
        data: [...this.sessions.values()]
          .map((session) => this.#view(session))
          .filter((view) => view.tenant_id === principal.tenantId),
        nextCursor: null,
      })),
    );
  }

  /** Adds a durable event, and tells it live when `live`. */
  append(session: FakeSession, type: string, payload: Record<string, unknown>): SessionEvent {
    const event = { offset: session.events.length + 1, type, payload, created_at: new Date().toISOString() };
    session.events.push(event);
    if (this.live) void this.redis.live.publish(session.view.session_id, [{ type: "event", event }]);
    return event;
  }

  delta(session: FakeSession, turnId: string, at: number, text: string, attempt = 1): Promise<void> {
    const entry = { type: "delta" as const, turn_id: turnId, attempt, part: 0, at, text };
    return this.redis.live.publish(session.view.session_id, [entry]);
  }

  finish(session: FakeSession, turnId: string, response: string, overrides: Partial<TurnResult> = {}): void {
    const result = { ...resultOf(turnId, response, session), ...overrides };
    session.view.turns += 1;
    session.turns.set(turnId, { status: "done", turn_id: turnId, seq: 1, result });
    this.append(session, "message", {
      turn_id: turnId,
      role: "assistant",
      part: 0,
      content: response,
      node_id: "chat",
      node_name: null,
    });
    this.append(session, "turn", {
      turn_id: turnId,
      status: "done",
      node_id: "chat",
      remaining_messages: 9,
      message_count: 1,
      expires_at: null,
    });
    session.history.push(historyOf(turnId, "assistant", response, session.history.length + 1));
    if (this.live) {
      const message = { sessionId: session.view.session_id, turnId, turn: { status: "done" as const, result } };
      this.bus.publishLive(turnResultLive, this.replyTo.get(turnId) ?? "nobody", message);
    }
  }

  fail(session: FakeSession, turnId: string, code: string): void {
    session.turns.set(turnId, { status: "failed", turn_id: turnId, seq: 1, code });
    this.append(session, "error", { turn_id: turnId, code });
    const message = { sessionId: session.view.session_id, turnId, turn: { status: "failed" as const, code } };
    this.bus.publishLive(turnResultLive, this.replyTo.get(turnId) ?? "nobody", message);
  }

  end(session: FakeSession, reason: string): void {
    session.view.status = "completed";
    session.view.ended_at = new Date().toISOString();
    session.view.end_reason = reason;
    this.append(session, "session_ended", { reason, status: "completed" });
  }

  only(): FakeSession {
    const [session] = this.sessions.values();
    if (session === undefined) throw new Error("no session");
    return session;
  }

  lastTurn(session: FakeSession): string {
    return [...session.turns.keys()].at(-1) ?? "";
  }

  #create(
    input: Parameters<
      Parameters<typeof this.bus.serve<typeof createSession.request, typeof createSession.response>>[1]
    >[0],
  ) {
    if (input.agentId.startsWith("00000000")) throw new AppError("agent_not_found");
    const keyed = input.idempotency ? this.keys.get(input.idempotency.key) : undefined;
    if (keyed && keyed.fingerprint !== input.idempotency?.fingerprint) throw new AppError("idempotency_key_reused");
    const repeated = keyed ?? this.keys.get(`sig:${input.signature}`);
    const sessionId = repeated?.sessionId ?? `text_${randomUUID().replaceAll("-", "").slice(0, 22)}`;
    const turnId = repeated?.turnId ?? `${sessionId}.1`;
    // A repeat gets a token of its own for the same session, as of the real service.
    const issued = input.link === undefined ? null : secrets.issue("session");
    if (repeated && issued) this.moreTokens.set(issued.id, sessionId);
    if (!repeated) {
      if (input.link && input.link.sessionsUsed >= input.link.maxSessions) throw new AppError("sessions_exhausted");
      const view = viewOf(sessionId, input.tenantId, input.agentId, input.link?.id ?? null);
      const turns = new Map<string, TurnState>([[turnId, { status: "pending", turn_id: turnId, seq: 1 }]]);
      const session = { view, events: [], history: [], turns, tokenId: issued?.id ?? null, epoch: 1 };
      this.sessions.set(sessionId, session);
      this.replyTo.set(turnId, input.replyTo);
      if (input.idempotency)
        this.keys.set(input.idempotency.key, { fingerprint: input.idempotency.fingerprint, sessionId, turnId });
      if (input.signature) this.keys.set(`sig:${input.signature}`, { fingerprint: "", sessionId, turnId });
      if (this.answers)
        this.finish(session, turnId, "Welcome!", { kind: "open", previous_node_id: "start", turn_number: 0 });
    }
    if (!repeated) this.participants.set(sessionId, input.participant);
    if (!repeated) this.brandings.set(sessionId, input.link?.branding);
    const session = this.#open({ type: "hmac", tenantId: null, sessionId });
    return {
      sessionId,
      conversationId: session.view.conversation_id,
      turnId,
      seq: 1,
      createdAt: session.view.created_at,
      version: 2,
      isActiveVersion: input.version === null,
      expiresAt: null,
      remainingMessages: null,
      sessionToken: issued?.token ?? null,
      replayed: repeated !== undefined,
      turn: this.#turn(session, turnId),
    };
  }

  #accept(
    input: Parameters<
      Parameters<typeof this.bus.serve<typeof acceptMessage.request, typeof acceptMessage.response>>[1]
    >[0],
  ) {
    const session = this.#open(input.access);
    const key = input.idempotency && `${session.view.session_id} ${input.idempotency.key}`;
    const own = input.clientMessageId && `${session.view.session_id} client ${input.clientMessageId}`;
    const mine = own ? this.keys.get(own) : undefined;
    const keyed = key ? this.keys.get(key) : undefined;
    if (keyed && !mine && keyed.fingerprint !== input.idempotency?.fingerprint)
      throw new AppError("idempotency_key_reused");
    const signature = `${session.view.session_id} sig:${input.signature}`;
    const repeated = mine ?? keyed ?? this.keys.get(signature);
    if (!repeated && session.view.status !== "active") throw new AppError("session_ended");
    const seq = session.turns.size + 1;
    const turnId = repeated?.turnId ?? `${session.view.session_id}.${seq}`;
    if (!repeated) {
      this.accepted.push(input.content);
      session.turns.set(turnId, { status: "pending", turn_id: turnId, seq });
      this.replyTo.set(turnId, input.replyTo);
      if (own) this.keys.set(own, { fingerprint: "", sessionId: "", turnId });
      if (input.signature) this.keys.set(signature, { fingerprint: "", sessionId: "", turnId });
      if (key) this.keys.set(key, { fingerprint: input.idempotency?.fingerprint ?? "", sessionId: "", turnId });
      session.history.push(historyOf(turnId, "user", input.content, session.history.length + 1));
      const client_message_id = input.clientMessageId;
      this.append(session, "message", { turn_id: turnId, role: "user", content: input.content, client_message_id });
      if (this.answers) this.finish(session, turnId, this.answers(input.content));
    }
    return {
      sessionId: session.view.session_id,
      turnId,
      seq,
      replayed: repeated !== undefined,
      // What the service tells at once is what it knew when it accepted: the result comes by the waiter.
      turn: repeated ? this.#turn(session, turnId) : { status: "pending" as const, turn_id: turnId, seq },
      remainingMessages: 9,
      messageCount: 1,
      expiresAt: null,
    };
  }

  #turn(session: FakeSession, turnId: string): TurnState {
    const turn = session.turns.get(turnId);
    if (turn === undefined) throw new AppError("turn_not_found");
    return turn;
  }

  #view(session: FakeSession): SessionView {
    return { ...session.view, last_event_offset: session.events.length, epoch: session.epoch };
  }

  #open(access: SessionAccess): FakeSession {
    if (access.type === "hmac") {
      const session = this.sessions.get(access.sessionId);
      const foreign = access.tenantId !== null && access.tenantId !== session?.view.tenant_id;
      if (session === undefined || foreign) throw new AppError("session_not_found");
      return session;
    }
    const found = [...this.sessions.values()].find(
      ({ tokenId, view }) =>
        (tokenId === access.tokenId || this.moreTokens.get(access.tokenId) === view.session_id) &&
        view.link_id === access.linkId,
    );
    if (found === undefined) throw new AppError("session_token_invalid");
    return found;
  }
}
