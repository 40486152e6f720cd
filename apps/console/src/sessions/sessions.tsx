import { useEffect, useState } from "preact/hooks";
import { allPages } from "../api/all-pages.js";
import { useLoad } from "../parts/use-load.js";
import { type Agent, SESSION_STATUSES, type Session } from "../api/answers.js";
import type { Problem } from "../api/problem.js";
import { go } from "../app/navigation.js";
import { pathOf } from "../app/route.js";
import { useApi } from "../api/api-context.js";
import { keepFocus } from "../parts/keep-focus.js";
import { PageHeader } from "../parts/page-header.js";
import { SessionRows } from "./session-rows.js";
import { Empty, ProblemCard, WhenReady } from "../parts/states.js";
import { STATUS_WORDS } from "../parts/status-chip.js";

interface Filter {
  status: string;
  agent: string;
  link: string;
  person?: string;
}

const PAGE_SIZE = 50;

/** Sessions of the tenant, newest first. The filter is part of the address. */
export function SessionsPage({ filter }: { filter: Filter }) {
  const api = useApi();
  const agents = useLoad("agents", () => allPages((cursor) => api.agents(cursor)));
  const known = agents.loaded.state === "ready" ? agents.loaded.value.data : [];
  const change = (part: Partial<Filter>): void => {
    const { status, agent, link, person = "" } = { ...filter, ...part };
    go({ page: "sessions", status, agent, link, ...(person === "" ? {} : { person }) }, { replace: true });
  };
  return (
    <>
      <PageHeader title="Sessions" lead="Every conversation, by link or by API, newest first." />
      <div class="filters">
        <div class="field">
          <label for="filter-status">Status</label>
          <select
            id="filter-status"
            class="input"
            value={filter.status}
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
        <div class="field">
          <label for="filter-agent">Agent</label>
          <select
            id="filter-agent"
            class="input"
            value={filter.agent}
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
        <div class="field">
          <label for="filter-person">Person</label>
          <input
            id="filter-person"
            class="input"
            type="search"
            placeholder="E-mail or identifier"
            autocomplete="off"
            spellcheck={false}
            maxLength={254}
            value={filter.person ?? ""}
            onChange={(event) => change({ person: event.currentTarget.value.trim() })}
          />
        </div>
        {filter.link !== "" && (
          <button type="button" class="button quiet" onClick={() => change({ link: "" })}>
            One link only <span aria-hidden="true">×</span>
            <span class="visually-hidden">, show all links</span>
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
  const key = JSON.stringify(wanted);
  const { loaded, reload } = useLoad(key, () => api.sessions(wanted, { limit: PAGE_SIZE }));
  const first = loaded.state === "ready" ? loaded.value : null;
  const [older, setOlder] = useState<{ data: Session[]; cursor: string | null } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  // What was added belongs to the first page it was added to.
  useEffect(() => setOlder(null), [first]);
  const cursor = older === null ? (first?.next_cursor ?? null) : older.cursor;

  const more = async (): Promise<void> => {
    if (cursor === null || busy) return;
    setBusy(true);
    const answer = await api.sessions(wanted, { limit: PAGE_SIZE, cursor });
    setBusy(false);
    if (answer.type !== "ok") return setProblem(answer);
    setProblem(null);
    keepFocus();
    setOlder({ data: [...(older?.data ?? []), ...answer.value.data], cursor: answer.value.next_cursor });
  };

  return (
    <WhenReady loaded={loaded} onRetry={() => void reload()}>
      {({ data }) => (
        <>
          {data.length === 0 && <NoSessions filtered={Object.values(wanted).some(Boolean)} />}
          <SessionRows sessions={[...data, ...(older?.data ?? [])]} agents={agents} />
          {problem && <ProblemCard problem={problem} />}
          {cursor !== null && (
            <button type="button" class="button quiet more" aria-disabled={busy} onClick={() => void more()}>
              {busy ? "Loading…" : "Show older sessions"}
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
          <a href={pathOf({ page: "sessions", status: "", agent: "", link: "" })}>Show all sessions</a>
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
        <a class="button primary" href={pathOf({ page: "links", agent: null })}>
          Go to the links
        </a>
      </p>
    </Empty>
  );
}
