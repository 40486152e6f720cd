import type { PanelMessage } from "@parley/web-kit";
import { effect, signal } from "@preact/signals";
import type { ChatState } from "../chat/chat-state.js";
import type { Api } from "../net/api.js";

type Data = Record<string, unknown>;

interface ContextDeps {
  state: ChatState;
  api: Api;
  tell(message: PanelMessage): void;
}

const REFUSED = "The context of this page was not taken: at most 4 KiB of JSON, a few times a minute.";

/** Sends the host page's context to the server, once there is a session, and again for each new session. The latest one counts. */
export function contextSender({ state, api, tell }: ContextDeps): (data: Data) => void {
  const latest = signal<Data | null>(null);
  const send = async (data: Data): Promise<void> => {
    const answer = await api.context(data);
    if (answer.type === "refused") tell({ type: "error", code: answer.code, message: REFUSED });
  };
  effect(() => {
    if (state.sessionId.value !== null && latest.value !== null) void send(latest.value);
  });
  return (data) => {
    latest.value = data;
  };
}
