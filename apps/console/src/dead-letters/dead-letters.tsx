import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import { useApi } from "../api/api-context.js";
import { type DeadLetter, deadLetterCalls } from "../api/dead-letter-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { SettingsNav } from "../settings/settings-nav.js";
import { PageHeader } from "../ui/page-header.js";
import { EmptyState } from "../ui/states.js";
import type { Column, Filter } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import { DeadLetterState, inWords, STATES } from "./dead-letter-state.js";
import { DeadLetterView } from "./dead-letter-view.js";

const STATE: Filter = {
  ...{ id: "status", type: "choice", label: "State" },
  options: Object.entries(STATES).map(([value, { word }]) => ({ value, label: word })),
};
const NAMES = ["status", "agent"];
const VIEWS = [{ name: "Waiting", words: "status=waiting" }];
const rowId = ({ id }: DeadLetter): string => id;
const titleOf = ({ session_id: session }: DeadLetter): string => `Turn of session …${session.slice(-6)}`;
/** Turns that were given up after too many tries: to inspect, to retry, to delete. */
export function DeadLettersPage() {
  const calls = useCalls(deadLetterCalls);
  const agents = useQuery(agentsQuery(useApi())).data?.data;
  const list = useListState(NAMES);
  const source = useList({
    queryKey: ["dead-letters", list.filter],
    page: (cursor) => answered(() => calls.deadLetters(list.filter, cursor))(),
  });
  const filters = useMemo((): readonly Filter[] => {
    const options = (agents ?? []).map(({ id, name }) => ({ value: id, label: name }));
    return options.length > 1 ? [STATE, { id: "agent", type: "choice", label: "Agent", options }] : [STATE];
  }, [agents]);
  const columns = useMemo(() => columnsOf((id) => agents?.find((agent) => agent.id === id)?.name ?? "–"), [agents]);
  return (
    <>
      <PageHeader
        title="Dead letters"
        lead="Turns that were given up after too many tries. Their visitors saw an error."
      />
      <SettingsNav />
      <DataTable
        {...{ id: "dead-letters", label: "Dead letters", list, source, columns, rowId, filters }}
        views={VIEWS}
        peek={{
          title: titleOf,
          content: ({ id }) => <DeadLetterView key={id} id={id} onGone={() => list.setPeek(null)} />,
        }}
        empty={
          <EmptyState title="No dead letters">
            A turn that fails for good, after five tries, is kept here, so that what a visitor said is not lost.
          </EmptyState>
        }
      />
    </>
  );
}

const columnsOf = (agentName: (id: string) => string): Column<DeadLetter>[] => [
  {
    ...{ id: "session", header: "Session", width: "minmax(7rem, 1fr)", value: (row) => row.session_id },
    cell: (row) => <Mono end={8}>{row.session_id}</Mono>,
  },
  {
    ...{ id: "status", header: "State", width: "8rem", value: (row) => STATES[row.status].word },
    cell: (row) => <DeadLetterState status={row.status} />,
  },
  {
    ...{ id: "reason", header: "Why", width: "minmax(8rem, 1.5fr)", from: 520 },
    ...{ cell: (row) => inWords(row.reason), value: (row) => row.reason },
  },
  {
    ...{ id: "agent", header: "Agent", width: "minmax(6rem, 1fr)", from: 700 },
    ...{ cell: (row) => agentName(row.agent_id), value: (row) => agentName(row.agent_id) },
  },
  {
    ...{ id: "at", header: "Given up", width: "7rem", align: "end", value: (row) => row.created_at },
    cell: (row) => <Time at={row.created_at} />,
  },
];
