import type { SessionNote } from "@parley/contracts";
import { useQuery } from "@tanstack/react-query";
import { allPages } from "../api/all-pages.js";
import { noteCalls } from "../api/note-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";

const NONE: SessionNote[] = [];

/** Notes on a session; none if the role does not allow it. */
export function useNotes(session: string): SessionNote[] {
  const calls = useCalls(noteCalls);
  const query = useQuery({
    queryKey: ["notes", session],
    queryFn: answered(() => allPages((cursor) => calls.notes(session, cursor))),
  });
  return query.data?.data ?? NONE;
}
