import { useMemo } from "react";
import { EmptyState } from "../../../src/ui/states.js";
import { Status } from "../../../src/ui/status.js";
import type { Column, Filter } from "../../../src/ui/table/column.js";
import { DataTable } from "../../../src/ui/table/data-table.js";
import { useListState } from "../../../src/ui/table/list-state.js";
import { type ListPage, rowsHere, useList } from "../../../src/ui/table/use-list.js";
import { Money, Mono, NumberText } from "../../../src/ui/values.js";

interface Row {
  id: string;
  title: string;
  agent: string;
  state: string;
  turns: number;
  cost: number;
}

const COLUMNS: readonly Column<Row>[] = [
  {
    ...{ id: "title", header: "Conversation", width: "minmax(12rem, 3fr)" },
    ...{ cell: (row: Row) => row.title, value: (row: Row) => row.title, sortable: true },
  },
  { id: "agent", header: "Agent", cell: (row) => row.agent, value: (row) => row.agent, from: 700 },
  { id: "id", header: "Id", cell: (row) => <Mono>{row.id}</Mono>, value: (row) => row.id, from: 900 },
  {
    ...{ id: "state", header: "State", width: "8rem", value: (row: Row) => row.state },
    cell: (row) => <Status tone={row.state === "failed" ? "problem" : "good"}>{row.state}</Status>,
  },
  {
    ...{ id: "turns", header: "Turns", align: "end", width: "5rem", sortable: true, from: 500 },
    ...{ cell: (row: Row) => <NumberText value={row.turns} />, value: (row: Row) => row.turns },
  },
  {
    ...{ id: "cost", header: "Cost", align: "end", width: "7rem", sortable: true },
    ...{ cell: (row: Row) => <Money amount={row.cost} />, value: (row: Row) => row.cost },
  },
  { id: "note", header: "Note", cell: () => "–", hidden: true },
];
const FILTERS: readonly Filter[] = [
  { id: "q", type: "text", label: "Search", placeholder: "What was said" },
  {
    ...{ id: "state", type: "choice", label: "State" },
    options: [
      { value: "live", label: "Live" },
      { value: "failed", label: "Failed" },
    ],
  },
];
const VIEWS = [{ name: "Went badly", words: "state=failed&sort=-cost" }];
const NAMES = FILTERS.map(({ id }) => id);
const rowId = (row: Row): string => row.id;

const rowOf = (index: number): Row => ({
  id: `s${index}`,
  title: `Is there an appointment on day ${index}?`,
  agent: index % 2 ? "Clinic desk" : "Support",
  state: index % 3 === 0 ? "failed" : "live",
  turns: (index * 7) % 40,
  cost: ((index * 13) % 100) / 90,
});

export function TableSection() {
  const many = Number(new URLSearchParams(location.search).get("many"));
  return (
    <section>
      <h2>Table</h2>
      {many > 0 ? <Whole many={many} /> : <Paged />}
    </section>
  );
}

/** All rows in the browser, sorted there. */
function Whole({ many }: { many: number }) {
  const list = useListState(NAMES);
  const rows = useMemo(() => Array.from({ length: many }, (_, index) => rowOf(index)), [many]);
  const fitting = useMemo(
    () => (list.filter.state === undefined ? rows : rows.filter(({ state }) => state === list.filter.state)),
    [rows, list.filter.state],
  );
  return <Table list={list} source={rowsHere(fitting)} order="here" />;
}

/** Page after page from the server, which filters and sorts. */
function Paged() {
  const list = useListState(NAMES);
  const { filter, sort } = list;
  const source = useList<Row>({
    queryKey: ["sessions", filter, sort],
    page: async (cursor) => {
      const query = new URLSearchParams({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
      const response = await fetch(`/api/rows?${query}`);
      if (!response.ok) throw { problem: await response.json() };
      const page: ListPage<number> = await response.json();
      return { ...page, data: page.data.map(rowOf) };
    },
  });
  return <Table list={list} source={source} order="server" />;
}

type TableProps = Pick<Parameters<typeof DataTable<Row>>[0], "list" | "source" | "order">;

function Table(props: TableProps) {
  return (
    <DataTable
      {...props}
      {...{ id: "sessions", label: "Sessions", columns: COLUMNS, rowId, filters: FILTERS, views: VIEWS }}
      peek={{ title: (row) => row.title, content: (row) => <p>Details of {row.id}</p> }}
      empty={<EmptyState title="No conversations yet">They come when somebody opens a link.</EmptyState>}
    />
  );
}
