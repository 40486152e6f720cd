import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Brain, UserPlus } from "lucide-react";
import { useEffect, useState } from "react";
import { agentsQuery } from "../agents/agent-queries.js";
import { useApi } from "../api/api-context.js";
import { answered, Refused } from "../api/query.js";
import { type ListedMemory, memoryCalls } from "../api/trust-calls.js";
import { useCalls } from "../api/use-calls.js";
import styles from "../trust/trust.module.css";
import { TrustTabs } from "../trust/trust-tabs.js";
import { Button, LinkButton } from "../ui/button.js";
import { Combobox } from "../ui/combobox.js";
import { PageHeader } from "../ui/page-header.js";
import { QueryView } from "../ui/query-view.js";
import { EmptyState } from "../ui/states.js";
import type { Column, Filter } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { type ListState, useListState } from "../ui/table/list-state.js";
import { type ListPage, useList } from "../ui/table/use-list.js";
import { Time } from "../ui/time.js";
import { BeginDialog } from "./begin-dialog.js";
import { PersonMemory } from "./person-memory.js";
import { rowName } from "./row-name.js";

const FILTERS: readonly Filter[] = [{ id: "address", type: "text", label: "Address", placeholder: "Whole address" }];
const NAMES = FILTERS.map(({ id }) => id);
const addressOf = ({ address }: ListedMemory): string => address;
const rowId = ({ address }: ListedMemory): string => rowName(address);
const route = getRouteApi("/memory/{-$agent}");

/** The people an agent remembers, and what it remembers of them. */
export function MemoryPage() {
  const { agent } = route.useParams();
  const navigate = useNavigate();
  const query = useQuery(agentsQuery(useApi()));
  return (
    <>
      <PageHeader title="Memory" lead="What each agent remembers of people whose address is confirmed." />
      <div className={styles.tabs}>
        <TrustTabs />
      </div>
      <QueryView
        query={query}
        isEmpty={({ data }) => data.length === 0}
        empty={
          <EmptyState
            title="No agent yet"
            icon={<Brain />}
            action={
              <LinkButton to="/import/{-$agent}" params={{ agent: undefined }} look="primary">
                Add an agent
              </LinkButton>
            }
          >
            An agent remembers people by itself, once they have confirmed their address.
          </EmptyState>
        }
      >
        {({ data }) => {
          const chosen = agent ?? data[0]?.slug ?? "";
          return (
            <>
              <div className={styles.choice}>
                <Combobox
                  label="Agent"
                  options={data.map(({ slug, name }) => ({ value: slug, label: name }))}
                  value={chosen}
                  onChange={(slug) =>
                    void navigate({ to: "/memory/{-$agent}", params: { agent: slug ?? undefined }, search: {} })
                  }
                />
              </div>
              <People key={chosen} agent={chosen} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}

/**
 * The filter by address, which is never in the page's URL, since URLs stay in histories and logs. One that is there, as in an old bookmark,
 * is used and removed.
 */
function useAddressFilter(): ListState {
  const list = useListState(NAMES);
  const given = list.filter.address;
  const [address, setAddress] = useState(given ?? "");
  const { setFilter } = list;
  useEffect(() => {
    if (given === undefined) return;
    setAddress(given);
    setFilter({ address: null });
  }, [given, setFilter]);
  return {
    ...list,
    filter: address === "" ? {} : { address },
    setFilter: (changes) => {
      setAddress(changes.address ?? "");
      if (list.peek !== null) list.setPeek(null);
    },
  };
}

function People({ agent }: { agent: string }) {
  const calls = useCalls(memoryCalls);
  const list = useAddressFilter();
  const [beginning, setBeginning] = useState(false);
  const { address } = list.filter;
  const source = useList({
    queryKey: ["memories", agent, list.filter],
    page: (cursor) =>
      address === undefined ? answered(() => calls.memories(agent, cursor))() : oneOf(calls, agent, address),
  });
  return (
    <>
      <DataTable
        {...{ id: "memory", label: "People it remembers", list, source, columns: COLUMNS, rowId, filters: FILTERS }}
        peek={{
          title: addressOf,
          content: (row) => (
            <PersonMemory key={row.address} agent={agent} address={row.address} onGone={() => list.setPeek(null)} />
          ),
        }}
        empty={
          <EmptyState title="This agent has no memories yet" icon={<Brain />}>
            A memory starts with the first conversation of a person with a confirmed address: by a link that asks for
            it, by your own site, or by a signed session.
          </EmptyState>
        }
      >
        {source.state === "ready" ? (
          <Button small icon={<UserPlus />} onClick={() => setBeginning(true)}>
            Note about somebody
          </Button>
        ) : null}
      </DataTable>
      {beginning ? (
        <BeginDialog
          agent={agent}
          onClose={() => setBeginning(false)}
          onBegun={(begun) => list.setPeek(rowName(begun))}
        />
      ) : null}
    </>
  );
}

/** The list filtered by one address, to find a person among thousands. */
async function oneOf(
  calls: ReturnType<typeof memoryCalls>,
  agent: string,
  address: string,
): Promise<ListPage<ListedMemory>> {
  const found = await calls.memory(agent, address);
  if (found.type === "ok") return { data: [found.value], next_cursor: null };
  // An incomplete address matches nobody.
  if (found.status === 404 || found.status === 422) return { data: [], next_cursor: null };
  throw new Refused(found);
}

const COLUMNS: readonly Column<ListedMemory>[] = [
  { id: "address", header: "Person", cell: addressOf, value: addressOf, width: "minmax(12rem, 1fr)" },
  {
    ...{ id: "updated_at", header: "Last change", width: "8rem", align: "end", value: (row) => row.updated_at },
    cell: ({ updated_at: at }) => <Time at={at} />,
  },
];
