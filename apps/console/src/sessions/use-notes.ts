import type { SessionNote } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { noteCalls } from "../api/note-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";

const NONE: SessionNote[] = [];

/** What the team has noted on a session; none for whoever may not read them. */
export function useNotes(session: string): SessionNote[] {
  const calls = useCalls(noteCalls);
  const query = useQuery({ queryKey: ["notes", session], queryFn: answered(() => calls.notes(session)) });
  return query.data?.data ?? NONE;
}
