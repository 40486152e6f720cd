import { useQuery } from "@tanstack/react-query";
import { Webhook as WebhookIcon } from "lucide-react";
import { useMemo } from "react";
import { allPages } from "../api/all-pages.js";
import type { Delivery, Webhook } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { webhookCalls } from "../api/webhook-calls.js";
import { EVENT_NAMES } from "../settings/webhook-events.js";
import { webhookName } from "../settings/webhook-state.js";
import { LinkButton } from "../ui/button.js";
import { Link } from "../ui/link.js";
import { EmptyState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import type { Column, Filter } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { Mono, NumberText } from "../ui/values.js";
import { WebhookDeliveryView } from "./webhook-delivery-view.js";
import { outcomeOf, WEBHOOK_STATES } from "./webhook-delivery-words.js";

const STATE: Filter = {
  ...{ id: "status", type: "choice", label: "State" },
  options: Object.entries(WEBHOOK_STATES).map(([value, { word }]) => ({ value, label: word })),
};
const EVENT: Filter = {
  ...{ id: "type", type: "choice", label: "Event" },
  options: [...EVENT_NAMES, "webhook.test"].map((value) => ({ value, label: value })),
};
const NAMES = ["status", "type", "webhook_id"];
const VIEWS = [
  { name: "Failed", words: "status=failed" },
  { name: "Waiting", words: "status=pending" },
];
const rowId = ({ id }: Delivery): string => id;
const titleOf = ({ type }: Delivery): string => type;

/** Deliveries to all receivers or to one, newest first; each expands to the answer and can be resent. */
export function WebhookDeliveries({ of }: { of?: Webhook }) {
  const calls = useCalls(webhookCalls);
  const all = useQuery({
    queryKey: ["webhooks", "names"],
    queryFn: answered(() => allPages(calls.webhooks)),
    enabled: of === undefined,
  }).data?.data;
  const hooks = useMemo(() => (of === undefined ? all : [of]), [of, all]);
  const list = useListState(NAMES);
  const filter = of === undefined ? list.filter : { ...list.filter, webhook_id: of.id };
  const source = useList({
    queryKey: ["deliveries", "webhooks", filter],
    page: (cursor) => answered(() => calls.allDeliveries(filter, cursor))(),
  });
  const filters = useMemo((): readonly Filter[] => {
    const options = (hooks ?? []).map((hook) => ({ value: hook.id, label: webhookName(hook) }));
    return options.length > 1
      ? [STATE, EVENT, { id: "webhook_id", type: "choice", label: "To", options }]
      : [STATE, EVENT];
  }, [hooks]);
  const columns = useMemo(() => {
    const names = new Map(hooks?.map((hook) => [hook.id, webhookName(hook)]));
    const columns = columnsOf((id) => names.get(id) ?? "–");
    return of === undefined ? columns : columns.filter(({ id }) => id !== "to");
  }, [hooks, of]);
  return (
    <DataTable
      {...{ id: "webhook-deliveries", label: "Webhook deliveries", list, source, columns, filters, rowId }}
      views={VIEWS}
      peek={{
        title: titleOf,
        content: (row) => (
          <WebhookDeliveryView
            key={row.id}
            delivery={row}
            hook={hooks?.find(({ id }) => id === row.webhook_id) ?? null}
          />
        ),
      }}
      empty={
        <EmptyState
          title="Nothing was sent yet"
          icon={<WebhookIcon />}
          action={of === undefined ? <LinkButton to="/settings/webhooks/new">Add a webhook</LinkButton> : undefined}
        >
          {of === undefined
            ? "A webhook tells your server when sessions start and end. "
            : of.is_active
              ? "Send a test to see whether your server takes it, or wait for the first event. "
              : "The webhook is off. Switch it on, then send a test. "}
          Each delivery is kept here for 30 days with its attempts and the beginning of the answer.
        </EmptyState>
      }
    />
  );
}

const columnsOf = (nameOf: (id: string) => string): Column<Delivery>[] => [
  {
    ...{ id: "type", header: "Event", width: "minmax(8rem, 1.5fr)", value: ({ type }) => type },
    cell: ({ type }) => <Mono>{type}</Mono>,
  },
  {
    ...{ id: "status", header: "State", width: "7rem", value: ({ status }) => WEBHOOK_STATES[status].word },
    cell: ({ status }) => <Status tone={WEBHOOK_STATES[status].tone}>{WEBHOOK_STATES[status].word}</Status>,
  },
  {
    ...{ id: "to", header: "To", width: "minmax(7rem, 1.5fr)", from: 560, value: (row) => nameOf(row.webhook_id) },
    cell: ({ webhook_id: id }) => (
      <Link to="/settings/webhooks/$id" params={{ id }}>
        {nameOf(id)}
      </Link>
    ),
  },
  {
    ...{ id: "answer", header: "Answer", width: "minmax(6rem, 1.5fr)", from: 700 },
    ...{ value: (row) => row.response_status, cell: (row) => outcomeOf(row) },
  },
  {
    ...{ id: "attempts", header: "Attempts", width: "5.5rem", align: "end", from: 820, value: (row) => row.attempts },
    cell: ({ attempts }) => <NumberText value={attempts} />,
  },
  {
    ...{ id: "at", header: "When", width: "6.5rem", align: "end", value: (row) => row.occurred_at },
    cell: (row) => <Time at={row.occurred_at} />,
  },
];
