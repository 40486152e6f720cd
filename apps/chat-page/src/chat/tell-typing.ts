import type { Api } from "../net/api.js";
import type { ChatState } from "./chat-state.js";

/** Shorter than the time after which readers assume that the typing has stopped. */
const AGAIN_AFTER_MS = 3_000;

/** Reports to a human in the conversation that the visitor is typing: at most once in three seconds, and never while the agent answers. */
export function createTellTyping({ api, state }: { api: Api; state: ChatState }): () => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return () => {
    const isHeard = state.human.value.type === "joined" && state.link.value?.tellsWriting === true;
    if (!isHeard || performance.now() - toldAt < AGAIN_AFTER_MS) return;
    toldAt = performance.now();
    void api.typing();
  };
}
