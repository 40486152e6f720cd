import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { agentsQuery } from "../agents/agent-queries.js";
import { type Agent, SESSION_STATUSES } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered, pagesOf } from "../api/query.js";
import { keepFocus } from "../parts/keep-focus.js";
import { Link } from "../parts/link.js";
import { PageHeader } from "../parts/page-header.js";
import { Empty, ProblemCard, WhenReady } from "../parts/states.js";
import { STATUS_WORDS } from "../parts/status-chip.js";
import { SessionRows } from "./session-rows.js";

type Filter = ReturnType<typeof route.useSearch>;

const route = getRouteApi("/sessions");
const PAGE_SIZE = 50;

/** Sessions of the tenant, newest first. The filter is part of the address. */
export function SessionsPage() {
  const filter = route.useSearch();
  const navigate = useNavigate();
  const api = useApi();
  const agents = useQuery(agentsQuery(api));
  const known = agents.data?.data ?? [];
  const change = (part: Partial<Filter>): void => {
    void navigate({ to: "/sessions", search: { ...filter, ...part }, replace: true, resetScroll: false });
  };
  const changePerson = (person: string): void => {
    if (person !== (filter.person ?? "")) change({ person });
  };
  return (
    <>
      <PageHeader title="Sessions" lead="Every conversation, by link or by API, newest first." />
      <div className="filters">
        <div className="field">
          <label htmlFor="filter-status">Status</label>
          <select
            id="filter-status"
            className="input"
            value={filter.status ?? ""}
            onChange={(event) => change({ status: event.currentTarget.value })}
          >
            <option value="">Any</option>
            {SESSION_STATUSES.map((status) => (
              <option key={status} value={status}>
                {STATUS_WORDS[status]}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="filter-agent">Agent</label>
          <select
            id="filter-agent"
            className="input"
            value={filter.agent ?? ""}
            onChange={(event) => change({ agent: event.currentTarget.value })}
          >
            <option value="">All</option>
            {known.map((agent) => (
              <option key={agent.id} value={agent.id}>
                {agent.name}
              </option>
            ))}
          </select>
        </div>
        <div className="field">
          <label htmlFor="filter-person">Person</label>
          <input
            id="filter-person"
            className="input"
            type="search"
            placeholder="E-mail or identifier"
            autoComplete="off"
            spellCheck={false}
            maxLength={254}
            key={filter.person}
            defaultValue={filter.person}
            onBlur={(event) => changePerson(event.currentTarget.value.trim())}
            onKeyDown={(event) => event.key === "Enter" && changePerson(event.currentTarget.value.trim())}
          />
        </div>
        {filter.link && (
          <button type="button" className="button quiet" onClick={() => change({ link: undefined })}>
            One link only <span aria-hidden="true">×</span>
            <span className="visually-hidden">, show all links</span>
          </button>
        )}
      </div>
      <SessionList key={JSON.stringify(filter)} filter={filter} agents={known} />
    </>
  );
}

function SessionList({ filter, agents }: { filter: Filter; agents: Agent[] }) {
  const api = useApi();
  const wanted = {
    status: SESSION_STATUSES.find((status) => status === filter.status),
    agentId: filter.agent,
    linkId: filter.link,
    person: filter.person,
  };
  const query = useInfiniteQuery({
    queryKey: ["sessions", wanted],
    queryFn: ({ pageParam: cursor }) => answered(() => api.sessions(wanted, { limit: PAGE_SIZE, cursor }))(),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ data }) => data),
  });
  const { shown, problem } = pagesOf(query);
  const more = async (): Promise<void> => {
    if (query.isFetchingNextPage) return;
    await query.fetchNextPage();
    keepFocus();
  };
  return (
    <WhenReady query={shown}>
      {(sessions) => (
        <>
          {sessions.length === 0 && <NoSessions filtered={Object.values(wanted).some(Boolean)} />}
          <SessionRows sessions={sessions} agents={agents} />
          {problem && <ProblemCard problem={problem} />}
          {query.hasNextPage && (
            <button
              type="button"
              className="button quiet more"
              aria-disabled={query.isFetchingNextPage}
              onClick={() => void more()}
            >
              {query.isFetchingNextPage ? "Loading…" : "Show older sessions"}
            </button>
          )}
        </>
      )}
    </WhenReady>
  );
}

function NoSessions({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <Empty title="No session matches">
        <p>
          <Link to="/sessions">Show all sessions</Link>
        </p>
      </Empty>
    );
  }
  return (
    <Empty title="No sessions yet">
      <p>
        A session begins when somebody opens a link and writes, or when your server calls the chat API. It ends by
        itself when nobody writes for a while.
      </p>
      <p>
        <Link className="button primary" to="/links/{-$agent}">
          Go to the links
        </Link>
      </p>
    </Empty>
  );
}
