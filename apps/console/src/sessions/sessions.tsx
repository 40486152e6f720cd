import { useQuery } from "@tanstack/react-query";
import { SlidersHorizontal, X } from "lucide-react";
import { useCallback, useMemo } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import type { WhoAmI } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { type ListedSession, sessionListCalls } from "../api/session-list-calls.js";
import { useCalls } from "../api/use-calls.js";
import { whoQuery } from "../app/who.js";
import { Button, LinkButton } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { Popover } from "../ui/popover.js";
import { EmptyState } from "../ui/states.js";
import type { Filter } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { Filters } from "../ui/table/filters.js";
import { type ListState, useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { COLUMNS, titleOf } from "./session-columns.js";
import { DAYS, MORE, NAMES, oneWay, questionOf, STATUS, TEXT, VIEWS } from "./session-filters.js";
import { SessionPeek } from "./session-peek.js";
import styles from "./sessions.module.css";

const PAGE_SIZE = 50;
const rowId = ({ session_id }: ListedSession): string => session_id;

/** Sessions of the tenant as triage: who needs attention, filtered by what went wrong. The selection is in the address. */
export function SessionsPage() {
  const api = useApi();
  const calls = useCalls(sessionListCalls);
  const who = useQuery(whoQuery(api)).data;
  const address = useListState(NAMES);
  const list = useMemo(() => oneWay(address), [address]);
  const asked = useMemo(() => questionOf(list), [list]);
  const source = useList({
    queryKey: ["sessions", asked],
    page: (cursor) => answered(() => calls.list(asked, PAGE_SIZE, cursor))(),
  });
  const filters = useFilters(who?.role);
  const reads = who?.role !== "viewer";
  const peek = useMemo(
    () => ({
      title: titleOf,
      content: (row: ListedSession) => <SessionPeek key={row.session_id} row={row} reads={reads} />,
      actions: (row: ListedSession) => (
        <LinkButton small look="primary" to="/sessions/$id" params={{ id: row.session_id }}>
          Open
        </LinkButton>
      ),
    }),
    [reads],
  );
  const file = useCallback(() => answered(() => calls.csv(asked))(), [calls, asked]);
  return (
    <>
      <PageHeader title="Sessions" />
      <DataTable
        id="sessions"
        label="Sessions"
        {...{ list, source, rowId, filters, peek, file }}
        columns={COLUMNS}
        views={VIEWS}
        empty={<NoSessions />}
      >
        <MoreFilters list={list} />
      </DataTable>
    </>
  );
}

function useFilters(role: WhoAmI["role"] | undefined): readonly Filter[] {
  const agents = useQuery(agentsQuery(useApi())).data?.data;
  return useMemo(() => {
    const options = (agents ?? []).map(({ id, name }) => ({ value: id, label: name }));
    const agent: Filter = { id: "agent", type: "choice", label: "Agent", options };
    return [...(role === "viewer" ? [] : [TEXT]), STATUS, ...(options.length > 0 ? [agent] : []), DAYS];
  }, [agents, role]);
}

function MoreFilters({ list }: { list: ListState }) {
  const set = MORE.filter(({ id }) => list.filter[id] !== undefined).length;
  return (
    <>
      {list.filter.link === undefined ? null : (
        <Button small icon={<X />} onClick={() => list.setFilter({ link: null })}>
          One link only
        </Button>
      )}
      <Popover
        title="More filters"
        align="end"
        trigger={
          <Button small look="quiet" icon={<SlidersHorizontal />}>
            {set === 0 ? "More filters" : `More filters (${set})`}
          </Button>
        }
      >
        <div className={styles.more}>
          <Filters filters={MORE} list={list} />
        </div>
      </Popover>
    </>
  );
}

function NoSessions() {
  return (
    <EmptyState
      title="No sessions yet"
      action={
        <LinkButton look="primary" to="/links/{-$agent}" params={{ agent: undefined }}>
          Go to the links
        </LinkButton>
      }
    >
      A session begins when somebody opens a link and writes, or when your server calls the chat API. It ends by itself
      when nobody writes for a while.
    </EmptyState>
  );
}
