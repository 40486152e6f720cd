import type { Agent } from "../../api/answers.js";
import { tryCalls } from "../../api/try-calls.js";
import { useCalls } from "../../api/use-calls.js";
import type { Draft } from "../draft.js";
import { type TryTalk, talkOf } from "./try-talk.js";

export function useTalk(agent: Agent, draft: Draft): TryTalk {
  const calls = useCalls(tryCalls);
  return talkOf(draft, (body) => calls.tryAgent(agent.id, body));
}
