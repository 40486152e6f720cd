import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Escalation, Page } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import type { Show } from "../api/inbox-calls.js";
import type { Problem } from "../api/problem.js";
import { answered } from "../api/query.js";
import { keepFocus } from "../parts/keep-focus.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, ProblemCard, WhenReady } from "../parts/states.js";
import { InboxConversation } from "./inbox-conversation.js";
import { countsQuery } from "./inbox-count.js";
import { InboxRows } from "./inbox-rows.js";
import { nameOperator, operatorName } from "./operator-name.js";

const EVERY_MS = 4_000;
const SHOWN: readonly { show: Show; label: string }[] = [
  { show: "waiting", label: "Waiting" },
  { show: "mine", label: "Mine" },
  { show: "all", label: "All" },
];
const showOf = (given: string): Show => SHOWN.find(({ show }) => show === given)?.show ?? "waiting";

const route = getRouteApi("/inbox/{-$id}");

/** Conversations that ask for a person, and the one that is open. It keeps itself up to date. */
export function InboxPage() {
  const { id = null } = route.useParams();
  const { show: given = "" } = route.useSearch();
  const api = useApi();
  const client = useQueryClient();
  const counts = useQuery(countsQuery(api)).data;
  const show = showOf(given);
  const query = useQuery({
    queryKey: ["escalations", show],
    queryFn: answered(() => api.escalations(show)),
    refetchInterval: EVERY_MS,
  });
  const changed = (): void => {
    void query.refetch();
    void client.invalidateQueries({ queryKey: countsQuery(api).queryKey });
  };
  return (
    <>
      <PageHeader title="Inbox" lead={id === null && "Visitors who ask for a person, oldest first."}>
        {id === null && <OperatorName />}
      </PageHeader>
      <div className={id === null ? "inbox" : "inbox with-one"}>
        <section className="inbox-list" aria-label="Conversations">
          <nav className="tabs" aria-label="Which conversations">
            {SHOWN.map(({ show: one, label }) => (
              <Link
                key={one}
                to="/inbox/{-$id}"
                params={{ id: undefined }}
                search={{ show: one === "waiting" ? "" : one }}
                current={one === show ? "page" : undefined}
              >
                {label}
                {one !== "all" && counts && <span className="tab-count">{counts[one]}</span>}
              </Link>
            ))}
          </nav>
          <WhenReady query={query}>{(first) => <List key={show} first={first} show={show} selected={id} />}</WhenReady>
        </section>
        {id !== null && <InboxConversation key={id} id={id} show={given} onChanged={changed} />}
      </div>
    </>
  );
}

function List({ first, show, selected }: { first: Page<Escalation>; show: Show; selected: string | null }) {
  const api = useApi();
  const [more, setMore] = useState<Page<Escalation> | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const cursor = more === null ? first.next_cursor : more.next_cursor;
  const older = async (): Promise<void> => {
    const answer = await api.escalations(show, cursor ?? undefined);
    setProblem(answer.type === "ok" ? null : answer);
    if (answer.type !== "ok") return;
    keepFocus();
    setMore({ data: [...(more?.data ?? []), ...answer.value.data], next_cursor: answer.value.next_cursor });
  };
  const shown = [...first.data, ...(more?.data ?? [])];
  if (shown.length === 0) return <Nothing show={show} />;
  const ids = new Set<string>();
  // What was taken meanwhile has moved: no row twice.
  const rows = shown.filter(({ id }) => !ids.has(id) && ids.add(id));
  return (
    <>
      <InboxRows rows={rows} show={show === "waiting" ? "" : show} selected={selected} />
      {problem && <ProblemCard problem={problem} />}
      {cursor !== null && (
        <button type="button" className="button quiet more" onClick={() => void older()}>
          Show more
        </button>
      )}
    </>
  );
}

function Nothing({ show }: { show: Show }) {
  if (show === "mine") {
    return (
      <Empty title="You have no conversation">
        <p>
          Take one that waits: the agent is silent from then on, and what you write reaches the visitor at once. Hand it
          back when you are done, and the agent goes on with what you tell it.
        </p>
      </Empty>
    );
  }
  return (
    <Empty title={show === "waiting" ? "Nobody is waiting" : "Nobody has asked for a person yet"}>
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
    </Empty>
  );
}

/** What visitors read beside the words of whoever sits here. */
function OperatorName() {
  return (
    <div className="field inbox-name">
      <label htmlFor="operator-name">Your name, as visitors read it</label>
      <input
        id="operator-name"
        className="input"
        maxLength={200}
        autoComplete="off"
        placeholder="A person"
        defaultValue={operatorName.get()}
        onBlur={(event) => nameOperator(event.currentTarget.value)}
      />
    </div>
  );
}
