import { type FollowOptions, followEvents } from "./follow-events.js";
import { createOwnerCalls, type OwnerCalls } from "./owner.js";
import { DeltaText, readTurn, type TurnListener } from "./stream-turn.js";
import { type Call, type ConnectionOptions, createTransport, newId, type Transport } from "./transport.js";
import type {
  CreateSessionRequest,
  HistoryMessage,
  Page,
  SessionClosed,
  SessionCreated,
  SessionEvent,
  SessionShown,
  TurnAccepted,
  TurnAnswered,
  TurnShown,
} from "./types.js";
import { type WaitOptions, waitForTurn } from "./wait-for-turn.js";

export interface ParleyClientOptions extends ConnectionOptions {
  /** The signing key. It belongs on a server: anyone who has it can do everything its scopes allow. */
  apiKey: string;
  /** Id of the signing key; without it the server's default key is used. */
  keyId?: string;
  /** Sends a nonce with every request, including reads: for keys and tenants with `require_nonce`. Default false: only with changes. */
  alwaysNonce?: boolean;
}

export interface CallOptions {
  signal?: AbortSignal;
}

export interface RepeatableOptions extends CallOptions {
  /** The same key and body get the same answer for 24 hours; default a random one, kept for all tries of the call. */
  idempotencyKey?: string;
}

export interface SendOptions extends CallOptions, TurnListener {
  /** Identifies the message within its session: a repeat is answered, not added again. Default a random one. */
  clientMessageId?: string;
  /** Milliseconds of silence after which a streamed answer is requested again; default 40 000. */
  idleMs?: number;
}

export interface SubmitOptions extends CallOptions {
  /** As in `send`. */
  clientMessageId?: string;
}

/** Sessions of the text chat API. Every call throws `ParleyError`, or the reason of its signal. */
export interface Sessions {
  create(request: CreateSessionRequest, options?: RepeatableOptions): Promise<SessionCreated>;
  /** Sends a message and waits for its answer; with `onDelta` or `onStatus` the answer is streamed. */
  send(sessionId: string, content: string, options?: SendOptions): Promise<TurnAnswered>;
  /** Submits a message without waiting for its answer; `waitForTurn` returns it later, also from elsewhere. */
  submit(sessionId: string, content: string, options?: SubmitOptions): Promise<TurnAccepted>;
  /** The current state of a message's turn. */
  getTurn(sessionId: string, turnId: string, options?: CallOptions): Promise<TurnShown>;
  /** Polls until the turn is over. Throws `ParleyError`: the problem of a failed turn, or `timeout`; the turn itself continues then. */
  waitForTurn(sessionId: string, turnId: string, options?: WaitOptions): Promise<TurnShown>;
  /** Like `send`, as an iterator of `status`, `message.delta` (each piece once, with `text_so_far`) and, last, `turn` with the answer. */
  stream(sessionId: string, content: string, options?: SendOptions): AsyncGenerator<SessionEvent>;
  get(sessionId: string, options?: CallOptions): Promise<SessionShown>;
  end(sessionId: string, options?: RepeatableOptions): Promise<SessionClosed>;
  /** Oldest first; without cursor the newest page, the cursor walks back in time. */
  history(
    sessionId: string,
    options?: CallOptions & { limit?: number; cursor?: string },
  ): Promise<Page<HistoryMessage>>;
  /** All events of the session, resumed automatically; see `followEvents`. */
  events(sessionId: string, options?: FollowOptions): AsyncGenerator<SessionEvent>;
}

export interface ParleyClient extends OwnerCalls {
  sessions: Sessions;
  /** For calls that this package has no function for. */
  transport: Transport;
}

/** A client of one Parley gateway. Throws immediately when the address is not a URL or the key is empty. */
export function createParleyClient(options: ParleyClientOptions): ParleyClient {
  const { apiKey, keyId, alwaysNonce = false, ...connection } = options;
  if (apiKey === "") throw new TypeError("apiKey is empty");
  const credentials = { type: "key" as const, apiKey, alwaysNonce, ...(keyId === undefined ? {} : { keyId }) };
  const transport = createTransport({ ...connection, credentials });
  return { transport, sessions: createSessions(transport), ...createOwnerCalls(transport) };
}

const SESSIONS = "/api/chat/sessions";
const pathOf = (sessionId: string): string => `${SESSIONS}/${encodeURIComponent(sessionId)}`;
const turnPath = (sessionId: string, turnId: string): string =>
  `${pathOf(sessionId)}/turns/${encodeURIComponent(turnId)}`;
const repeatable = (options: RepeatableOptions = {}): Record<string, string> => ({
  "idempotency-key": options.idempotencyKey ?? newId(),
});

function createSessions(transport: Transport): Sessions {
  return {
    create: (request, options) =>
      transport.json({
        method: "POST",
        path: SESSIONS,
        body: request,
        headers: repeatable(options),
        signal: options?.signal,
      }),
    send: (sessionId, content, options = {}) => {
      const call = messageCall(sessionId, content, options);
      if (options.onDelta === undefined && options.onStatus === undefined) return transport.json(call);
      const text = new DeltaText();
      const listener = { ...options, idleMs: options.idleMs ?? 40_000 };
      return transport.open(streamed(call), (response) => readTurn(response, text, listener));
    },
    submit: (sessionId, content, options = {}) =>
      transport.json({ ...messageCall(sessionId, content, options), headers: { prefer: "respond-async" } }),
    getTurn: (sessionId, turnId, options) =>
      transport.json({ method: "GET", path: turnPath(sessionId, turnId), signal: options?.signal }),
    waitForTurn: (sessionId, turnId, options) =>
      waitForTurn((signal) => transport.json({ method: "GET", path: turnPath(sessionId, turnId), signal }), options),
    stream: (sessionId, content, options = {}) =>
      streamEvents(transport, messageCall(sessionId, content, options), options),
    get: (sessionId, options) => transport.json({ method: "GET", path: pathOf(sessionId), signal: options?.signal }),
    end: (sessionId, options) =>
      transport.json({
        method: "DELETE",
        path: pathOf(sessionId),
        headers: repeatable(options),
        signal: options?.signal,
      }),
    history: (sessionId, { signal, ...query } = {}) =>
      transport.json({ method: "GET", path: `${pathOf(sessionId)}/messages`, query, signal }),
    events: (sessionId, options) => followEvents(transport, `${pathOf(sessionId)}/events`, options),
  };
}

function messageCall(sessionId: string, content: string, options: SendOptions): Call {
  // The id is generated once per call, so every try of it is the same message.
  const body = { content, client_message_id: options.clientMessageId ?? newId() };
  return { method: "POST", path: `${pathOf(sessionId)}/messages`, body, signal: options.signal };
}

const streamed = (call: Call): Call => ({ ...call, headers: { ...call.headers, accept: "text/event-stream" } });

/** Pieces as an iterator; a callback feeds it, because retries happen inside one call. */
async function* streamEvents(transport: Transport, call: Call, options: SendOptions): AsyncGenerator<SessionEvent> {
  const leave = new AbortController();
  const signal = options.signal === undefined ? leave.signal : AbortSignal.any([options.signal, leave.signal]);
  const ready: SessionEvent[] = [];
  let wake: () => void = () => undefined;
  const push = (type: string, data: Record<string, unknown>): void => {
    ready.push({ id: null, type, data: { type, ...data } });
    wake();
  };
  const listener = {
    idleMs: options.idleMs ?? 40_000,
    onStatus: (label: string) => push("status", { label }),
    onDelta: ({ turnId, part, text, textSoFar }: { turnId: string; part: number; text: string; textSoFar: string }) =>
      push("message.delta", { turn_id: turnId, part, text, text_so_far: textSoFar }),
  };
  const text = new DeltaText();
  let settled = false;
  const done = transport
    .open(streamed({ ...call, signal }), (response) => readTurn(response, text, listener))
    .then((answer) => push("turn", { ...answer }))
    .finally(() => {
      settled = true;
      wake();
    });
  // The consumer gets the failure at the end of the loop; until then nobody else handles it.
  done.catch(() => undefined);
  try {
    while (!settled || ready.length > 0) {
      yield* ready.splice(0);
      if (settled) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (settled || ready.length > 0) resolve();
      });
    }
    await done;
  } finally {
    leave.abort();
  }
}
