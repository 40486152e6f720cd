import { isSettled } from "./backoff.js";
import type { ParleyClient } from "./client.js";
import { ParleyError } from "./errors.js";
import { newId } from "./transport.js";
import type { CreateSessionRequest, TransitionInfo, TurnAnswered } from "./types.js";

export interface ChatMessage {
  /** Stable for the life of the store: a key for lists. */
  id: string;
  role: "user" | "assistant";
  content: string;
  /** `streaming` while the answer is generated, `failed` when it was not accepted; then `retry()` resends it. */
  status: "sent" | "sending" | "streaming" | "failed";
  nodeId?: string;
  nodeName?: string | null;
  transitions?: TransitionInfo[];
  extractedVariables?: Record<string, unknown> | null;
  latencyMs?: number;
}

export interface ChatState {
  sessionId: string | null;
  messages: readonly ChatMessage[];
  currentNodeId: string | null;
  currentNodeName: string | null;
  isLoading: boolean;
  /** A human-readable sentence; null = all is well. */
  error: string | null;
  sessionEnded: boolean;
}

/** A conversation as a store: `subscribe` and `getSnapshot` are what React's `useSyncExternalStore` takes. */
export interface Chat {
  subscribe(listener: () => void): () => void;
  /** Returns the same object until something changes. */
  getSnapshot(): ChatState;
  /**
   * Opens a session; after its end, a new one, in which a message that failed because of the end waits for `retry()`. A second call while
   * one is open or opening does nothing.
   */
  startSession(): Promise<void>;
  /** Sends a message; shown immediately, answered as it streams. Ignored while another one is in progress. */
  sendMessage(content: string): Promise<void>;
  /** Resends the last failed message. It is answered at most once: its id stays, unless its turn failed permanently. */
  retry(): Promise<void>;
  endSession(): Promise<void>;
}

const EMPTY: ChatState = {
  sessionId: null,
  messages: [],
  currentNodeId: null,
  currentNodeName: null,
  isLoading: false,
  error: null,
  sessionEnded: false,
};

/** Only the calls that a chat makes, so that a browser can provide its own, which talk to your backend. */
export interface ChatClient {
  sessions: Pick<ParleyClient["sessions"], "create" | "send" | "end">;
}

/** A chat store. */
export function createChat(client: ChatClient, request: CreateSessionRequest): Chat {
  const store = createStore();
  const { get, set, change } = store;
  /** New ids for resent messages on the wire; the id in the list never changes. */
  const secondIds = new Map<string, string>();

  const say = async (message: ChatMessage, sessionId: string): Promise<void> => {
    const answerId = newId();
    const stream = ({ part, textSoFar }: { part: number; textSoFar: string }): void =>
      change(`${answerId}-${part}`, { role: "assistant", content: textSoFar, status: "streaming" });
    set({ isLoading: true, error: null });
    change(message.id, { ...message, status: "sending" });
    try {
      const turn = await client.sessions.send(sessionId, message.content, {
        clientMessageId: secondIds.get(message.id) ?? message.id,
        onDelta: stream,
      });
      change(message.id, { ...message, status: "sent" });
      set({ messages: [...withoutAnswer(get().messages, answerId), answered(answerId, turn)], ...placeOf(turn) });
      set({ isLoading: false, sessionEnded: turn.session_ended });
    } catch (error) {
      change(message.id, { ...message, status: "failed" });
      if (isSettled(error)) secondIds.set(message.id, newId());
      const ended = error instanceof ParleyError && error.status === 410;
      const messages = withoutAnswer(get().messages, answerId);
      set({ messages, isLoading: false, error: sentence(error), sessionEnded: ended });
    }
  };

  return {
    subscribe: store.subscribe,
    getSnapshot: get,
    async startSession() {
      const { sessionId, sessionEnded, isLoading, messages } = get();
      if ((sessionId !== null && !sessionEnded) || isLoading) return;
      const unsaid = messages.filter(({ status }) => status === "failed").slice(-1);
      set({ ...EMPTY, messages: unsaid, isLoading: true });
      try {
        const created = await client.sessions.create(request);
        const { initial_message: content, transitions } = created;
        const greeting: ChatMessage[] =
          content === null ? [] : [{ ...answered(newId(), { ...created, response: content }), transitions }];
        const said = [...greeting, ...unsaid];
        set({ sessionId: created.session_id, messages: said, isLoading: false, ...placeOf(created) });
      } catch (error) {
        set({ isLoading: false, error: sentence(error) });
      }
    },
    async sendMessage(content) {
      const { sessionId, sessionEnded, isLoading } = get();
      if (sessionId === null || sessionEnded || isLoading || content.trim() === "") return;
      await say({ id: newId(), role: "user", content, status: "sending" }, sessionId);
    },
    async retry() {
      const { sessionId, sessionEnded, isLoading, messages } = get();
      const failed = messages.findLast(({ status }) => status === "failed");
      if (sessionId === null || sessionEnded || isLoading || failed === undefined) return;
      await say(failed, sessionId);
    },
    async endSession() {
      const { sessionId, sessionEnded } = get();
      if (sessionId === null || sessionEnded) return;
      try {
        await client.sessions.end(sessionId);
        set({ sessionEnded: true });
      } catch (error) {
        // Ended already, or unknown: either way there is nothing left to end.
        const over = error instanceof ParleyError && (error.status === 410 || error.status === 404);
        set(over ? { sessionEnded: true } : { error: sentence(error) });
      }
    },
  };
}

function createStore() {
  let state = EMPTY;
  const listeners = new Set<() => void>();
  const set = (next: Partial<ChatState>): void => {
    state = { ...state, ...next };
    for (const listener of [...listeners]) listener();
  };
  return {
    get: (): ChatState => state,
    set,
    /** Replaces the message of this id, or appends it. */
    change(id: string, message: Omit<ChatMessage, "id">): void {
      const changed = { ...message, id };
      const known = state.messages.some((other) => other.id === id);
      const replaced = state.messages.map((other) => (other.id === id ? changed : other));
      set({ messages: known ? replaced : [...state.messages, changed] });
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const withoutAnswer = (messages: readonly ChatMessage[], id: string): ChatMessage[] =>
  messages.filter((message) => !message.id.startsWith(`${id}-`));

const placeOf = (at: { node_id: string; node_name: string | null }) => ({
  currentNodeId: at.node_id,
  currentNodeName: at.node_name,
});

type Answer = Pick<TurnAnswered, "response" | "node_id" | "node_name" | "transitions"> & Partial<TurnAnswered>;

function answered(id: string, turn: Answer): ChatMessage {
  return {
    id,
    role: "assistant",
    content: turn.response,
    status: "sent",
    nodeId: turn.node_id,
    nodeName: turn.node_name,
    transitions: turn.transitions,
    ...(turn.extracted_variables === undefined ? {} : { extractedVariables: turn.extracted_variables }),
    ...(turn.latency_ms === undefined ? {} : { latencyMs: turn.latency_ms }),
  };
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : "Something failed.");
