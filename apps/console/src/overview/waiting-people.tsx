import { useQuery } from "@tanstack/react-query";
import { useApi } from "../api/api-context.js";
import { overviewCalls } from "../api/overview-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { whoQuery } from "../app/who.js";
import { Latest } from "./latest.js";

const MOST = 6;

/** Visitors waiting for a person, longest first like in the inbox; a role without the inbox only sees that they wait. */
export function WaitingPeople({ count }: { count: number }) {
  const calls = useCalls(overviewCalls);
  const hasInbox = useQuery(whoQuery(useApi())).data?.role !== "viewer";
  const query = useQuery({
    queryKey: ["sessions", "waiting"],
    queryFn: answered(() => calls.latest(MOST, "waiting")),
  });
  const sessions = query.data?.data ?? [];
  if (sessions.length === 0) return null;
  const title = count === 1 ? "1 visitor waits for a person" : `${count} visitors wait for a person`;
  return <Latest title={title} sessions={sessions} all={{ status: "waiting" }} inbox={hasInbox} />;
}
