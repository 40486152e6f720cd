import { useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useMemo } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { type LinkDelivery, sendingCalls } from "../api/sending-calls.js";
import { useCalls } from "../api/use-calls.js";
import { CHANNELS } from "../schedules/schedule-body.js";
import { DeliveryView } from "../sending/delivery-view.js";
import { DELIVERY, stateOf } from "../sending/delivery-words.js";
import { LinkButton } from "../ui/button.js";
import { Link } from "../ui/link.js";
import { EmptyState } from "../ui/states.js";
import { Status } from "../ui/status.js";
import type { Column, Filter } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { NumberText } from "../ui/values.js";

const FILTERS: readonly Filter[] = [
  {
    ...{ id: "status", type: "choice", label: "State" },
    options: Object.entries(DELIVERY).map(([value, { word }]) => ({ value, label: word })),
  },
  { id: "missed", type: "choice", label: "Reached", options: [{ value: "true", label: "Some people" }] },
  { id: "channel", type: "choice", label: "By", options: CHANNELS },
];
const NAMES = ["status", "missed", "channel", "agent", "link_id"];
const VIEWS = [{ name: "Not reached", words: "missed=true" }];
const rowId = ({ id }: LinkDelivery): string => id;
const channelWord = ({ channel }: LinkDelivery): string =>
  CHANNELS.find(({ value }) => value === channel)?.label ?? channel;
const titleOf = (row: LinkDelivery): string => `${row.link_title}, by ${channelWord(row)}`;

/** Deliveries of all links; each expands to the state of each recipient. */
export function LinkDeliveries() {
  const calls = useCalls(sendingCalls);
  const agents = useQuery(agentsQuery(useApi())).data?.data;
  const list = useListState(NAMES);
  const source = useList({
    queryKey: ["deliveries", list.filter],
    page: (cursor) => answered(() => calls.allDeliveries(list.filter, cursor))(),
  });
  const filters = useMemo((): readonly Filter[] => {
    const options = (agents ?? []).map(({ id, name }) => ({ value: id, label: name }));
    return options.length > 1 ? [...FILTERS, { id: "agent", type: "choice", label: "Agent", options }] : FILTERS;
  }, [agents]);
  return (
    <DataTable
      {...{ id: "deliveries", label: "Sent links", list, source, filters, rowId }}
      columns={COLUMNS}
      views={VIEWS}
      peek={{
        title: titleOf,
        content: ({ id, agent_id: agent, link_id: link }) => <DeliveryView key={id} {...{ agent, link, id }} />,
      }}
      empty={
        <EmptyState
          title="No link was sent yet"
          icon={<Send />}
          action={
            <LinkButton to="/links/{-$agent}" params={{ agent: undefined }}>
              Choose a link
            </LinkButton>
          }
        >
          Open a link and send it by mail, SMS, Slack or Teams. What was sent of all links is listed here.
        </EmptyState>
      }
    />
  );
}

const COLUMNS: readonly Column<LinkDelivery>[] = [
  {
    ...{ id: "link", header: "Link", width: "minmax(7rem, 2fr)", value: (row) => row.link_title },
    cell: ({ agent_id: agent, link_id: id, link_title: title }) => (
      <Link to="/links/$agent/$id" params={{ agent, id }}>
        {title}
      </Link>
    ),
  },
  {
    ...{ id: "status", header: "State", width: "9rem", value: (row) => stateOf(row).word },
    cell: (row) => <Status tone={stateOf(row).tone}>{stateOf(row).word}</Status>,
  },
  { id: "channel", header: "By", width: "6rem", from: 560, cell: channelWord, value: channelWord },
  {
    ...{ id: "sent", header: "Sent", width: "7rem", align: "end", from: 640, value: (row) => row.counts.sent },
    cell: ({ counts }) => (
      <>
        <NumberText value={counts.sent} /> of <NumberText value={counts.recipients} />
      </>
    ),
  },
  {
    ...{ id: "chatted", header: "Wrote", width: "5rem", align: "end", from: 760 },
    ...{
      value: (row) => row.engagement?.chatted,
      cell: (row) => <NumberText value={row.engagement?.chatted ?? null} />,
    },
  },
  {
    ...{ id: "at", header: "When", width: "6.5rem", align: "end", value: (row) => row.created_at },
    cell: (row) => <Time at={row.created_at} />,
  },
];
