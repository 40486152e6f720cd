import { useQuery } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useRef } from "react";
import type { Escalation } from "../api/answers.js";
import { answered } from "../api/query.js";
import { sessionCalls } from "../api/session-calls.js";
import { useCalls } from "../api/use-calls.js";
import type { LiveSession } from "./live-session.js";

const NONE: Escalation[] = [];

/** Requests for a human in a session; none if the role does not allow it. */
export function useEscalations(session: string): Escalation[] {
  const calls = useCalls(sessionCalls);
  const query = useQuery({
    queryKey: ["escalations", "of", session],
    queryFn: answered(() => calls.escalationsOf(session)),
  });
  return query.data?.data ?? NONE;
}

/** Another user may take, transfer or end a conversation: its stream reports it before any list does. */
export function useOthersAct({ session, human }: LiveSession, onActed: () => void): void {
  const state = `${session.status} ${session.waiting_since ?? ""} ${human === null ? "" : (human.name ?? "?")}`;
  const seen = useRef(state);
  const tell = useEffectEvent(onActed);
  useEffect(() => {
    if (seen.current !== state) tell();
    seen.current = state;
  }, [state]);
}
