import type { Api } from "../net/api.js";
import type { Thumb } from "../net/session-info.js";
import type { ChatState } from "./chat-state.js";
import { type AgentEntry, rateEntry } from "./transcript.js";

/** Sends the visitor's rating of one answer. Shown immediately; reverted when the server does not accept it. */
export type RateAnswer = (answer: AgentEntry, rating: Thumb | null, reason?: string) => Promise<void>;

export function createRateAnswer({ api, state: { transcript } }: { api: Api; state: ChatState }): RateAnswer {
  // One after the other, so that the last click is the last that reaches the server.
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
