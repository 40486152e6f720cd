import type { DeadLetter, DeadLetterWhole } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

export type { DeadLetter, DeadLetterWhole };

/** Turns that were given up after too many tries. */
export function deadLetterCalls(call: Caller) {
  const at = (id: string): string => `/dead-letters/${part(id)}`;
  return {
    deadLetters: (filter: Readonly<Record<string, string>>, cursor?: string) =>
      call<Page<DeadLetter>>(
        `/dead-letters${query({ status: filter.status, agent_id: filter.agent, limit: "50", cursor })}`,
      ),
    deadLetter: (id: string) => call<DeadLetterWhole>(at(id)),
    replayDeadLetter: (id: string) => call<DeadLetter>(`${at(id)}/replay`, { method: "POST" }),
    dropDeadLetter: (id: string) => call(at(id), { method: "DELETE" }),
  };
}
