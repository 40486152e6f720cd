import type { PanelMessage } from "@parley/web-kit";
import { effect } from "@preact/signals";
import type { ChatState } from "../chat/chat-state.js";
import type { Conversation } from "../chat/conversation.js";

interface PendingDeps {
  state: ChatState;
  conversation: Conversation;
  tell(message: PanelMessage): void;
}

interface Pending {
  send(text: string): void;
  renew(): void;
  escalate(reason: string | undefined): void;
  clear(): void;
}

const MAX_PENDING = 20;

/** Commands of the host page wait until there is a conversation; one that cannot be done is answered with an error. */
export function createPending({ state, conversation, tell }: PendingDeps): Pending {
  let waiting: (() => void)[] = [];
  const refuse = (code: string, message: string): void => tell({ type: "error", code, message });
  const inChat = (run: () => void): void => {
    if (state.screen.peek().type === "chat") run();
    else if (waiting.length < MAX_PENDING) waiting.push(run);
    else refuse("rate_limited", "Too many commands wait for the conversation.");
  };
  effect(() => {
    if (state.screen.value.type !== "chat") return;
    const ready = waiting;
    waiting = [];
    // Not within the effect: their changes must not run it again.
    queueMicrotask(() => {
      for (const run of ready) run();
    });
  });
  const isOver = (): boolean => {
    const over = state.ended.peek() !== null || state.remainingMessages.peek() === 0;
    if (over) refuse("session_ended", "The conversation is over; newConversation() begins another.");
    return over;
  };
  return {
    send: (text) =>
      inChat(() => {
        const most = state.link.peek()?.maxMessageLength ?? Infinity;
        const words = text.normalize("NFC").trim();
        if (words === "" || isOver()) return;
        if ([...words].length > most) refuse("validation_failed", `A message has at most ${most} characters.`);
        else conversation.send(words);
      }),
    renew: () =>
      inChat(() => {
        if (state.another.peek() === false) refuse("sessions_exhausted", "The link has no conversations left.");
        else void conversation.renew();
      }),
    escalate: (reason) =>
      inChat(() => {
        if (!state.link.peek()?.canEscalate) refuse("not_found", "This chat has no people to ask for.");
        else if (!isOver()) void conversation.askHuman(reason);
      }),
    clear: () => {
      waiting = [];
    },
  };
}
