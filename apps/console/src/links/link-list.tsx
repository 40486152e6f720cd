import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { allPages } from "../api/all-pages.js";
import type { Agent, PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { plural } from "../sessions/session-rows.js";
import { Button } from "../ui/button.js";
import { ConfirmDialog } from "../ui/confirm-dialog.js";
import { refusalOf } from "../ui/refusal.js";
import type { Filter } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { type ListState, useListState } from "../ui/table/list-state.js";
import { type RowSource, rowsHere } from "../ui/table/use-list.js";
import { columnsOf, personOf } from "./link-columns.js";
import { LinkPeek } from "./link-peek.js";
import styles from "./links.module.css";
import { useLinkActions } from "./use-link-actions.js";

const FILTERS: readonly Filter[] = [
  { id: "q", type: "text", label: "Find", placeholder: "Title, person, address" },
  {
    ...{ id: "status", type: "choice", label: "State" },
    options: [
      { value: "active", label: "Active" },
      { value: "inactive", label: "Disabled" },
      { value: "expired", label: "Expired" },
      { value: "full", label: "Full" },
    ],
  },
];
const NAMES = FILTERS.map(({ id }) => id);
const VIEWS = [
  { name: "Working", words: "status=active" },
  { name: "Full", words: "status=full" },
  { name: "Used last", words: "sort=-last_used" },
];
const rowId = ({ id }: PublicLink): string => id;

/** The links of an agent, with actions on one or many of them. */
export function LinkList({ agent, empty, children }: { agent: Agent; empty: ReactNode; children: ReactNode }) {
  const list = useListState(NAMES);
  const source = useLinks(agent, list);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const choose = useCallback((ids: readonly string[], on: boolean): void => {
    setChosen((before) => {
      const after = new Set(before);
      for (const id of ids) on ? after.add(id) : after.delete(id);
      return after;
    });
  }, []);
  const columns = useMemo(
    () => columnsOf(agent.slug, { chosen, onChoose: (id, on) => choose([id], on) }),
    [agent.slug, chosen, choose],
  );
  const peek = useMemo(
    () => ({
      title: ({ title }: PublicLink) => title,
      content: (row: PublicLink) => <LinkPeek key={row.id} agent={agent} link={row} />,
    }),
    [agent],
  );
  return (
    <DataTable
      id="links"
      label="Links"
      order="here"
      {...{ list, source, columns, rowId, peek, empty }}
      filters={FILTERS}
      views={VIEWS}
    >
      {children}
      {source.rows.length > 1 ? (
        <Many
          agent={agent}
          rows={source.rows}
          chosen={source.rows.filter(({ id }) => chosen.has(id))}
          onChoose={choose}
        />
      ) : null}
    </DataTable>
  );
}

/** All links, fetched completely, so that any word can be searched. */
function useLinks(agent: Agent, { filter }: ListState): RowSource<PublicLink> {
  const api = useLinkApi();
  const query = useQuery({
    queryKey: ["links", agent.id],
    queryFn: answered(() => allPages((cursor) => api.links(agent.id, cursor))),
  });
  const { q = "", status } = filter;
  const rows = useMemo(() => {
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    return (query.data?.data ?? []).filter((link) => {
      const { title, description, recipient, token_hint: hint } = link;
      const text = [title, description, personOf(link), recipient?.email, hint].join(" ").toLowerCase();
      return (status === undefined || link.status === status) && words.every((word) => text.includes(word));
    });
  }, [query.data, q, status]);
  return useMemo(
    () => ({
      ...rowsHere(rows),
      state: query.data !== undefined ? "ready" : query.isPending ? "loading" : "refused",
      refusal: query.error === null ? null : refusalOf(query.error),
      retry: () => void query.refetch(),
    }),
    [rows, query],
  );
}

interface ManyProps {
  agent: Agent;
  rows: readonly PublicLink[];
  chosen: readonly PublicLink[];
  onChoose: (ids: readonly string[], on: boolean) => void;
}

/** The selected rows among the shown ones, and the actions on all of them. */
function Many({ agent, rows, chosen, onChoose }: ManyProps) {
  const { disableMany } = useLinkActions(agent);
  const [asking, setAsking] = useState(false);
  const ids = (of: readonly PublicLink[]): string[] => of.map(({ id }) => id);
  const working = chosen.filter(({ is_active: isActive }) => isActive);
  const live = working.reduce((sum, { usage }) => sum + usage.sessions_active, 0);
  const all = chosen.length === rows.length;
  return (
    <>
      <Button small look="quiet" onClick={() => onChoose(ids(rows), !all)}>
        {all ? "Select none" : "Select all"}
      </Button>
      {working.length === 0 ? null : (
        <Button small onClick={() => setAsking(true)}>
          Disable {plural(working.length, "link")}
        </Button>
      )}
      <p role="status" className={styles.note}>
        {chosen.length === 0 ? "" : `${plural(chosen.length, "link")} selected`}
      </p>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title={`Disable ${plural(working.length, "link")}?`}
        consequences={[
          live === 0
            ? "They have no live sessions."
            : `${plural(live, "live session")} stop${live === 1 ? "s" : ""} now.`,
          "Nobody can write on them until they are enabled again; then their sessions go on.",
          "Nothing is removed.",
        ]}
        action="Disable them"
        run={async () => {
          await disableMany(working);
          onChoose(ids(rows), false);
        }}
      />
    </>
  );
}
