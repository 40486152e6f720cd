import { useQuery } from "@tanstack/react-query";
import { BellRing, Plus } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import { type Alert, alertCalls } from "../api/alert-calls.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { SettingsNav } from "../settings/settings-nav.js";
import { Button } from "../ui/button.js";
import { PageHeader } from "../ui/page-header.js";
import { EmptyState } from "../ui/states.js";
import type { Column } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { AlertForm } from "./alert-form.js";
import { KINDS, nameOf, thresholdOf } from "./alert-kinds.js";
import { AlertState } from "./alert-state.js";
import { AlertView } from "./alert-view.js";

const NO_FILTERS: readonly string[] = [];
const rowId = ({ id }: Alert): string => id;

/** Rules that notify people when a number crosses its threshold. */
export function AlertsPage() {
  const calls = useCalls(alertCalls);
  const agents = useQuery(agentsQuery(useApi()));
  const agentName = useCallback(
    (id: string | null): string =>
      id === null ? "All agents" : (agents.data?.data.find((agent) => agent.id === id)?.name ?? "One agent"),
    [agents.data],
  );
  const list = useListState(NO_FILTERS);
  const source = useList({ queryKey: ["alerts"], page: (cursor) => answered(() => calls.alerts(cursor))() });
  const columns = useMemo(() => columnsOf(agentName), [agentName]);
  const [making, setMaking] = useState(false);
  const make = (
    <Button look="primary" icon={<Plus />} onClick={() => setMaking(true)}>
      New alert
    </Button>
  );
  return (
    <>
      <PageHeader
        title="Alerts"
        lead="Who is told when a number crosses its threshold: once, and again only after it recovered."
      >
        {source.state === "ready" && source.rows.length > 0 ? make : null}
      </PageHeader>
      <SettingsNav />
      <DataTable
        {...{ id: "alerts", label: "Alerts", list, source, columns, rowId }}
        peek={{
          title: nameOf,
          content: ({ id }) => <AlertView key={id} {...{ id, agentName }} onGone={() => list.setPeek(null)} />,
        }}
        empty={
          <EmptyState title="Nobody is notified yet" icon={<BellRing />} action={make}>
            A budget that is nearly spent, messages without an answer, somebody who waits for a person: tell people by
            mail or in a chat before visitors do.
          </EmptyState>
        }
      />
      {making ? <AlertForm alert={null} onClose={() => setMaking(false)} onSaved={list.setPeek} /> : null}
    </>
  );
}

const toldOf = ({ notify }: Alert): string => {
  const mails = notify.emails.length;
  const chats = notify.chat_urls.length;
  const parts = [mails > 0 && `${mails} by mail`, chats > 0 && `${chats} in a chat`].filter(Boolean);
  return parts.length === 0 ? "Webhooks only" : parts.join(", ");
};

const columnsOf = (agentName: (id: string | null) => string): Column<Alert>[] => [
  { id: "name", header: "Alert", width: "minmax(10rem, 2fr)", cell: nameOf, value: nameOf },
  {
    ...{ id: "state", header: "State", width: "7rem", cell: (row) => <AlertState alert={row} /> },
    value: ({ is_active: isActive, firing }) => (isActive ? (firing > 0 ? "firing" : "quiet") : "muted"),
  },
  { id: "threshold", header: "Tells", width: "minmax(8rem, 1.2fr)", from: 560, cell: thresholdOf, value: thresholdOf },
  {
    ...{ id: "of", header: "Of", width: "minmax(6rem, 1fr)", from: 760 },
    cell: (row) => (row.link_id === null ? agentName(row.agent_id) : "One link"),
    value: (row) => (row.link_id === null ? agentName(row.agent_id) : "One link"),
  },
  { id: "told", header: "Told", width: "minmax(7rem, 1fr)", from: 660, cell: toldOf, value: toldOf },
  { id: "kind", header: "Kind", hidden: true, cell: ({ kind }) => KINDS[kind].label, value: ({ kind }) => kind },
];
