import type { Api } from "../net/api.js";
import type { Thumb } from "../net/session-info.js";
import type { ChatState } from "./chat-state.js";
import { type AgentEntry, rateEntry } from "./transcript.js";

/** Says what the person thinks of one answer. Shown at once; taken back when the server does not take it. */
export type RateAnswer = (answer: AgentEntry, rating: Thumb | null, reason?: string) => Promise<void>;

export function createRateAnswer({ api, state: { transcript } }: { api: Api; state: ChatState }): RateAnswer {
  // One after the other, so that the last press is the last that the server hears.
  let before: Promise<unknown> = Promise.resolve();
  return async ({ key, id, rating: shown }, rating, reason) => {
    if (id === null) return;
    transcript.value = rateEntry(transcript.value, key, rating);
    const sent = before.then(() => api.rateAnswer(id, rating, reason));
    before = sent;
    const answer = await sent;
    if (answer.type !== "ok") transcript.value = rateEntry(transcript.value, key, shown);
  };
}
