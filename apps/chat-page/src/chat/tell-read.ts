import { effect, signal } from "@preact/signals";
import type { Api } from "../net/api.js";
import type { ChatState } from "./chat-state.js";
import type { AgentEntry } from "./transcript.js";

/** Reports to a human in the conversation which of their messages the visitor has seen: those on a visible page. */
export function tellRead({ api, state }: { api: Api; state: ChatState }): void {
  const inView = signal(document.visibilityState === "visible");
  document.addEventListener("visibilitychange", () => {
    inView.value = document.visibilityState === "visible";
  });
  let told = "";
  effect(() => {
    const isSeen = inView.value && state.screen.value.type === "chat" && (state.panel.value?.open.value ?? true);
    const isHeard = state.human.value.type === "joined" && state.link.value?.tellsWriting === true;
    const last = state.transcript.value.findLast(
      (entry): entry is AgentEntry => entry.role === "assistant" && entry.human !== null,
    );
    if (!isSeen || !isHeard || !last?.turnId || last.key === told) return;
    told = last.key;
    void api.read(`${last.turnId}.${last.part}`);
  });
}
