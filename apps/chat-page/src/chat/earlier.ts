import { batch } from "@preact/signals";
import type { Api } from "../net/api.js";
import { parseHistory } from "../net/session-info.js";
import type { ChatState } from "./chat-state.js";
import { mergeEarlier } from "./transcript.js";

interface EarlierDeps {
  api: Api;
  state: ChatState;
  prepend(change: () => void): void;
}

/** Loads the page of history before the first message shown. While one is loading, further calls do nothing. */
export async function loadEarlier({ api, state, prepend }: EarlierDeps): Promise<void> {
  const cursor = state.earlierCursor.value;
  if (cursor === null || state.earlierLoad.value.type === "loading") return;
  state.earlierLoad.value = { type: "loading" };
  const answer = await api.history(cursor);
  // The state was replaced meanwhile, or it is another conversation: this page belongs nowhere.
  if (state.earlierCursor.value !== cursor) {
    state.earlierLoad.value = { type: "idle" };
    return;
  }
  if (answer.type !== "ok") {
    state.earlierLoad.value = { type: "failed" };
    return;
  }
  const { messages, earlier } = parseHistory(answer.body);
  prepend(() =>
    batch(() => {
      state.transcript.value = mergeEarlier(state.transcript.value, messages);
      state.earlierCursor.value = earlier;
      state.earlierLoad.value = { type: "done", count: messages.length };
    }),
  );
}
