import type { PresentPerson } from "@parley/contracts";
import { part, query } from "./address.js";
import type { Escalation, Page, SessionTrace } from "./answers.js";
import type { Caller } from "./call.js";

/** A session as a test of its agent, without data that identifies a person. */
export interface SessionTest {
  agent: string;
  version: number;
  test: Record<string, unknown> & { name: string };
  /** What the test does not reproduce, one sentence each. */
  notes: string[];
}

/** Actions on one session. */
export function sessionCalls(call: Caller) {
  return {
    escalationsOf: (session: string) =>
      call<Page<Escalation>>(`/escalations${query({ session_id: session, limit: "50" })}`),
    extendSession: (session: string, minutes: number, key: string) =>
      call<{ expires_at: string | null; idle_expires_at: string }>(`/sessions/${part(session)}/extend`, {
        method: "POST",
        body: { minutes },
        headers: { "idempotency-key": key },
      }),
    /** To be repeated every few seconds; the answer lists the current viewers. */
    tellPresence: (session: string, activity: "viewing" | "answering" | "gone", name: string) =>
      call<{ present: PresentPerson[] }>(`/sessions/${part(session)}/presence`, {
        method: "POST",
        body: name === "" ? { activity } : { activity, name: name.slice(0, 100) },
      }),
    /** The trace of one turn, with the prompt of each model call. */
    promptsOf: (session: string, turn: number) =>
      call<SessionTrace>(
        `/sessions/${part(session)}/trace${query({ limit: "1", cursor: String(turn - 1), prompts: "true" })}`,
      ),
    testOf: (session: string) => call<SessionTest>(`/sessions/${part(session)}/to-test`, { method: "POST" }),
  };
}
