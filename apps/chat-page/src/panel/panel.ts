import { type HostMessage, type PanelMessage, readHostMessage } from "@parley/web-kit";
import { effect, signal } from "@preact/signals";
import type { ChatState } from "../chat/chat-state.js";
import type { Conversation } from "../chat/conversation.js";
import type { Api } from "../net/api.js";
import { contextSender } from "./context.js";
import { createHandles } from "./handles.js";
import { showTheme, showViewport } from "./look.js";
import { createPending } from "./pending.js";
import { createSeen } from "./seen.js";
import { tellHost } from "./tell-host.js";

export interface PanelDeps {
  port: MessagePort;
  state: ChatState;
  api: Api;
  conversation: Conversation;
  /** Identifies the link in this browser's storage; no secret. */
  storageName: string;
}

export interface PanelGate {
  /** Resolves when everything the host sent with its greeting has arrived, such as the visitor's identity. */
  introduced: Promise<void>;
  /** Resolves when the visitor wants a conversation. True: one of an earlier visit was resumed. */
  wanted(): Promise<boolean>;
}

/** Messages sent with the port are delivered before a timer that began after it, even on a busy machine. */
const INTRODUCTION_MS = 50;

type Commands = { [Type in HostMessage["type"]]?: (message: Extract<HostMessage, { type: Type }>) => void };

/** The command belongs to the type, which the compiler cannot follow through a table. */
const run = (commands: Commands, message: HostMessage): void =>
  (commands[message.type] as ((message: HostMessage) => void) | undefined)?.(message);

/**
 * The panel's end of the bridge to its host page: executes the host's commands, and reports what happens, but never message text. Before
 * the visitor opens the panel or writes, no session is created and nothing is stored.
 */
export function startPanel({ port, state, api, conversation, storageName }: PanelDeps): PanelGate {
  const tell = (message: PanelMessage): void => port.postMessage(message);
  const open = signal(false);
  const seen = createSeen({ state, open, storageName });
  const handles = createHandles({ state, api, seen, tell });
  const pending = createPending({ state, conversation, tell });

  const close = (): void => tell({ type: "close_request" });
  let takesFocus = true;
  state.panel.value = { open, close, takesFocus: () => takesFocus };
  addEventListener("keydown", (event) => {
    // A dialog or an input method handles Escape first.
    const taken = event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]") !== null;
    if (event.key === "Escape" && !taken) close();
  });

  const shutdown = (): void => {
    open.value = false;
    pending.clear();
    handles.forget();
    seen.forget();
    void conversation.forget();
  };
  const sendContext = contextSender({ state, api, tell });
  const commands: Commands = {
    open: ({ focus = true }) => {
      takesFocus = focus;
      open.value = true;
      handles.want();
    },
    close: () => {
      open.value = false;
    },
    send: ({ text }) => {
      handles.want();
      pending.send(text);
    },
    prefill: ({ text }) => {
      state.prefill.value = text;
    },
    new_conversation: () => pending.renew(),
    escalate: ({ reason }) => {
      handles.want();
      pending.escalate(reason);
    },
    context: ({ data }) => sendContext(data),
    identify: ({ identity }) => void conversation.identify(identity),
    resume: ({ handle }) => handles.offer(handle),
    theme: ({ theme }) => showTheme(theme),
    viewport: showViewport,
    shutdown,
  };
  port.onmessage = (event) => {
    const message = readHostMessage(event.data);
    if (message) run(commands, message);
  };
  const introduced = new Promise<void>((resolve) => setTimeout(resolve, INTRODUCTION_MS));
  tellHost({ state, tell });
  effect(() => tell({ type: "unread", count: seen.unread.value }));
  tell({ type: "ready" });
  return { introduced, wanted: handles.wanted };
}
