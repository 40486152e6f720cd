import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Inbox } from "lucide-react";
import type { Escalation, Page } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Show } from "../api/inbox-calls.js";
import { inboxCalls } from "../api/inbox-calls.js";
import { answered, pagesOf } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { useShortcut } from "../keys/registry.js";
import { Button } from "../ui/button.js";
import { cx } from "../ui/cx.js";
import { keepFocus } from "../ui/keep-focus.js";
import { Link } from "../ui/link.js";
import { PageHeader } from "../ui/page-header.js";
import { ProblemCard } from "../ui/problem-card.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import { Alerts } from "./alerts.js";
import styles from "./inbox.module.css";
import { InboxConversation } from "./inbox-conversation.js";
import { countsQuery } from "./inbox-count.js";
import { InboxRows } from "./inbox-rows.js";

const SHOWN: readonly { show: Show; label: string }[] = [
  { show: "waiting", label: "Waiting" },
  { show: "mine", label: "Mine" },
  { show: "all", label: "All" },
];
const showOf = (given: string): Show => SHOWN.find(({ show }) => show === given)?.show ?? "waiting";
type Found = InfiniteData<Page<Escalation>>;
const FIRST: string | undefined = undefined;

const route = getRouteApi("/inbox/{-$id}");

/** Conversations that need a person, and the one that is open. Updates itself. */
export function InboxPage() {
  const { id = null } = route.useParams();
  const { show: given = "" } = route.useSearch();
  const api = useApi();
  const calls = useCalls(inboxCalls);
  const client = useQueryClient();
  const counts = useQuery(countsQuery(api)).data;
  const show = showOf(given);
  const query = useInfiniteQuery({
    queryKey: ["escalations", show],
    queryFn: ({ pageParam }) => answered(() => calls.escalations(show, pageParam))(),
    initialPageParam: FIRST,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
    // The list shows their latest messages.
    meta: { sessionsIn: ({ pages }: Found) => pages.flatMap(({ data }) => data.map((row) => row.session_id)) },
  });
  const rows = unique(query.data?.pages.flatMap(({ data }) => data) ?? []);
  useWalk(rows, { id, show: given });
  const changed = (): void => void client.invalidateQueries({ queryKey: ["escalations"] });
  const { shown, problem } = pagesOf(query);
  return (
    <>
      <PageHeader title="Inbox" lead={id === null && "Visitors who ask for a person, oldest first."}>
        <Alerts named={id === null} />
      </PageHeader>
      <div className={cx(styles.inbox, id !== null && styles.withOne)}>
        <section className={styles.list} aria-label="Conversations">
          <nav className={styles.tabs} aria-label="Which conversations">
            {SHOWN.map(({ show: one, label }) => (
              <Link
                key={one}
                to="/inbox/{-$id}"
                params={{ id: undefined }}
                search={{ show: one === "waiting" ? "" : one }}
                current={one === show ? "page" : undefined}
              >
                {label}
                {one !== "all" && counts && <span className={styles.count}>{counts[one]}</span>}
              </Link>
            ))}
          </nav>
          <QueryView
            query={{ ...query, error: shown.error }}
            empty={<Nothing show={show} />}
            isEmpty={() => rows.length === 0}
          >
            {() => <InboxRows rows={rows} show={given} selected={id} />}
          </QueryView>
          {problem && <ProblemCard problem={problem} />}
          {query.hasNextPage && (
            <Button
              className={styles.more}
              busy={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage().then(keepFocus)}
            >
              Show more
            </Button>
          )}
        </section>
        {id !== null && <InboxConversation key={id} id={id} show={given} onChanged={changed} />}
      </div>
    </>
  );
}

/** Rows that moved between pages are listed once. */
function unique(rows: Escalation[]): Escalation[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

/** j and k open the next and the previous one; with none open, the first. */
function useWalk(rows: readonly Escalation[], { id, show }: { id: string | null; show: string }): void {
  const navigate = useNavigate();
  const at = rows.findIndex((row) => row.id === id);
  const open = (row: Escalation | undefined): void => {
    if (row) void navigate({ to: "/inbox/{-$id}", params: { id: row.id }, search: { show } });
  };
  const scope = "Inbox";
  useShortcut({ id: "inbox.next", keys: "j", label: "Next conversation", scope, run: () => open(rows[at + 1]) });
  useShortcut({
    ...{ id: "inbox.previous", keys: "k", label: "Previous conversation", scope },
    run: () => open(rows[at < 0 ? rows.length - 1 : at - 1]),
  });
}

function Nothing({ show }: { show: Show }) {
  if (show === "mine") {
    return (
      <EmptyState title="You have no conversation" icon={<Inbox />}>
        <p>
          Take a waiting one: the agent is silent from then on, and your messages reach the visitor at once. Hand it
          back when you are done, and the agent goes on with what you tell it.
        </p>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={show === "waiting" ? "Nobody is waiting" : "No requests for a person yet"} icon={<Inbox />}>
      <p>
        Conversations appear here by themselves when a visitor presses “Talk to a person”, when a workflow reaches an{" "}
        <code>escalate</code> node, when your backend escalates one, or when the agent keeps failing.
      </p>
      <p>
        You can also step in unasked: open a running conversation under{" "}
        <Link to="/sessions" search={{ status: "active" }}>
          Sessions
        </Link>{" "}
        and take it over.
      </p>
    </EmptyState>
  );
}
