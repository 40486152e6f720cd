import { useQuery } from "@tanstack/react-query";
import { CalendarClock, Plus } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { type Schedule, scheduleCalls } from "../api/schedule-calls.js";
import { useCalls } from "../api/use-calls.js";
import { Button } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { EmptyState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import type { Column } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { NumberText } from "../ui/values.js";
import { ScheduleForm } from "./schedule-form.js";
import { ScheduleView } from "./schedule-view.js";
import { CronWords } from "./use-cron.js";

const NO_FILTERS: readonly string[] = [];
const rowId = ({ id }: Schedule): string => id;
const nameOf = ({ name, cron }: Schedule): string => name ?? cron;

/** Links that are created and sent at set times. */
export function SchedulesPage() {
  const calls = useCalls(scheduleCalls);
  const agents = useQuery(agentsQuery(useApi()));
  const agentName = useCallback(
    (id: string): string => agents.data?.data.find((agent) => agent.id === id)?.name ?? "–",
    [agents.data],
  );
  const list = useListState(NO_FILTERS);
  const source = useList({ queryKey: ["schedules"], page: (cursor) => answered(() => calls.schedules(cursor))() });
  const columns = useMemo(() => columnsOf(agentName), [agentName]);
  const [making, setMaking] = useState(false);
  const make = (
    <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      New schedule
    </Button>
  );
  return (
    <>
      <PageHeader title="Schedules" lead="Make a link and send it, at set times.">
        {source.state === "ready" && source.rows.length > 0 ? make : null}
      </PageHeader>
      <DataTable
        {...{ id: "schedules", label: "Schedules", list, source, columns, rowId }}
        peek={{
          title: nameOf,
          content: ({ id }) => <ScheduleView key={id} {...{ id, agentName }} onGone={() => list.setPeek(null)} />,
        }}
        empty={
          <EmptyState title="No schedule yet" icon={<CalendarClock />} action={make}>
            A daily check-in, a weekly survey: at each time a new link is made and sent to the people you name, once,
            whatever restarts.
          </EmptyState>
        }
      />
      {making ? <ScheduleForm schedule={null} onClose={() => setMaking(false)} onSaved={list.setPeek} /> : null}
    </>
  );
}

const columnsOf = (agentName: (id: string) => string): Column<Schedule>[] => [
  { id: "name", header: "Name", width: "minmax(6rem, 1.5fr)", cell: nameOf, value: nameOf },
  {
    ...{ id: "when", header: "When", width: "minmax(9rem, 2fr)", from: 520, value: ({ cron }) => cron },
    cell: ({ cron, timezone }) => (
      <>
        <CronWords cron={cron} /> ({timezone})
      </>
    ),
  },
  {
    ...{ id: "agent", header: "Agent", width: "minmax(6rem, 1fr)", from: 760 },
    ...{ cell: (row) => agentName(row.agent_id), value: (row) => agentName(row.agent_id) },
  },
  {
    ...{ id: "recipients", header: "To", width: "4rem", align: "end", from: 640, value: (row) => row.recipients },
    cell: ({ recipients }) => <NumberText value={recipients} />,
  },
  {
    ...{ id: "state", header: "State", width: "6rem", value: ({ paused }) => (paused ? "paused" : "active") },
    cell: ({ paused }) => <Status tone={paused ? "warn" : "good"}>{paused ? "Paused" : "Active"}</Status>,
  },
  {
    ...{ id: "next", header: "Next", width: "6rem", align: "end", value: (row) => row.next_runs[0] },
    cell: ({ next_runs: [next] }) => <Time at={next ?? null} />,
  },
];
