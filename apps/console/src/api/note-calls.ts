import type { SessionNote } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Page } from "./answers.js";
import type { Caller } from "./call.js";

/** Internal notes of the team on a session. */
export function noteCalls(call: Caller) {
  const at = (session: string): string => `/sessions/${part(session)}/notes`;
  return {
    notes: (session: string, cursor?: string) =>
      call<Page<SessionNote>>(`${at(session)}${query({ limit: "200", cursor })}`),
    /** `name` is the author's name for the rest of the team; empty = none. */
    addNote: (session: string, content: string, given: { name: string; key: string }) =>
      call<SessionNote>(at(session), {
        method: "POST",
        body: given.name === "" ? { content } : { content, name: given.name },
        headers: { "idempotency-key": given.key },
      }),
    removeNote: (session: string, note: string) => call(`${at(session)}/${part(note)}`, { method: "DELETE" }),
  };
}
