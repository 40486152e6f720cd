import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useMemo } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import type { Webhook } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { LinkButton } from "../ui/button.js";
import { Link } from "../ui/link.js";
import { PageHeader } from "../ui/page-header.js";
import { EmptyState } from "../ui/states.js";
import type { Column } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { Mono } from "../ui/values.js";
import styles from "./settings.module.css";
import { SettingsNav } from "./settings-nav.js";
import { eventsInWords } from "./webhook-events.js";
import { WebhookStatus, webhookName, webhookState } from "./webhook-state.js";

const NO_FILTERS: readonly string[] = [];
const rowId = ({ id }: Webhook): string => id;

/** The receivers of webhooks. */
export function WebhooksPage() {
  const calls = useCalls(webhookCalls);
  const agents = useQuery(agentsQuery(useApi())).data?.data;
  const list = useListState(NO_FILTERS);
  const source = useList({
    queryKey: ["webhooks", "list"],
    page: (cursor) => answered(() => calls.webhooks(cursor))(),
  });
  const columns = useMemo(() => {
    const names = new Map(agents?.map(({ id, name }) => [id, name]));
    return columnsOf((id) => (id === null ? "Every agent" : (names.get(id) ?? "One agent")));
  }, [agents]);
  return (
    <>
      <PageHeader title="Webhooks" lead="Your servers hear of conversations, people who are asked for, and links.">
        <LinkButton look="primary" to="/settings/webhooks/new">
          Add a webhook
        </LinkButton>
      </PageHeader>
      <SettingsNav />
      <DataTable
        {...{ id: "webhooks", label: "Webhooks", list, source, columns, rowId }}
        order="here"
        empty={
          <EmptyState
            title="No webhooks yet"
            icon={<Plug />}
            action={<LinkButton to="/settings/webhooks/new">Add the first webhook</LinkButton>}
          >
            Parley sends your server a signed POST when a conversation begins or ends, when a person is asked for, or
            when a link stops working, and tries again for a day when it does not answer. Webhooks that agents bring in
            their document are listed here, too.
          </EmptyState>
        }
      />
    </>
  );
}

const columnsOf = (agentOf: (id: string | null) => string): Column<Webhook>[] => [
  {
    ...{ id: "name", header: "Name", width: "minmax(8rem, 1.5fr)", value: webhookName },
    cell: (row) => (
      <Link className={styles.name} to="/settings/webhooks/$id" params={{ id: row.id }}>
        {webhookName(row)}
      </Link>
    ),
  },
  {
    ...{ id: "status", header: "State", width: "8rem", value: (row) => webhookState(row).word },
    cell: (row) => <WebhookStatus webhook={row} />,
  },
  {
    ...{ id: "url", header: "Address", width: "minmax(10rem, 2fr)", from: 640, value: ({ url }) => url },
    cell: ({ url }) => <Mono>{url}</Mono>,
  },
  {
    ...{ id: "events", header: "Events", width: "9rem", from: 820, value: ({ events }) => events.join(" ") },
    cell: ({ events }) => eventsInWords(events),
  },
  {
    ...{ id: "agent", header: "Agent", width: "minmax(7rem, 1fr)", from: 960, value: (row) => agentOf(row.agent_id) },
    cell: ({ agent_id: id, agent_version: version }) =>
      version === null ? agentOf(id) : `${agentOf(id)}, version ${version}`,
  },
  {
    ...{ id: "added", header: "Added", width: "6.5rem", align: "end", from: 480, value: (row) => row.created_at },
    cell: (row) => <Time at={row.created_at} />,
  },
];
