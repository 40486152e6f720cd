import type { Api } from "../net/api.js";
import type { ChatState } from "./chat-state.js";

/** Shorter than the time after which readers take it that nobody writes any more. */
const AGAIN_AFTER_MS = 3_000;

/** Tells a human in the conversation that the visitor writes: at most once in three seconds, and nobody while the agent answers. */
export function createTellTyping({ api, state }: { api: Api; state: ChatState }): () => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return () => {
    const isHeard = state.human.value.type === "joined" && state.link.value?.tellsWriting === true;
    if (!isHeard || performance.now() - toldAt < AGAIN_AFTER_MS) return;
    toldAt = performance.now();
    void api.typing();
  };
}
