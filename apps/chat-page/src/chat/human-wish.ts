import type { Api } from "../net/api.js";
import type { SessionInfo } from "../net/session-info.js";
import type { ChatState } from "./chat-state.js";

/** Asks for a human, unless one was requested or has joined. */
export async function askHuman({ api, state }: { api: Api; state: ChatState }, reason?: string): Promise<void> {
  const { human } = state;
  if (human.value.type !== "none" && human.value.type !== "failed") return;
  human.value = { type: "asking" };
  const answer = await api.escalate(reason);
  // The stream may have reported the human first.
  if (human.value.type !== "asking") return;
  human.value = answer.type === "ok" ? { type: "asked", since: null, byMail: false } : { type: "failed" };
}

/** Applies what an answer says about a human in the conversation; undefined = nothing. */
export function takeHuman(state: ChatState, told: SessionInfo["human"]): void {
  if (told && "since" in told) state.human.value = { type: "asked", ...told };
  else if (told) state.human.value = { type: "joined", ...told };
  else if (told === null && state.human.value.type === "joined") state.human.value = { type: "none" };
}
