import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import type { Agent } from "../api/answers.js";
import { useApi } from "../api/api-context.js";
import { answered } from "../api/query.js";
import { type ListedSession, sessionListCalls } from "../api/session-list-calls.js";
import { useCalls } from "../api/use-calls.js";
import { whoQuery } from "../app/who.js";
import { ReviewPeek } from "../sessions/review-peek.js";
import { reasonOf } from "../sessions/review-reasons.js";
import { COLUMNS, titleOf } from "../sessions/session-columns.js";
import { LinkButton } from "../ui/button.js";
import { EmptyState } from "../ui/states.js";
import type { Column, Filter } from "../ui/table/column.js";
import { DataTable } from "../ui/table/data-table.js";
import { useListState } from "../ui/table/list-state.js";
import { useList } from "../ui/table/use-list.js";
import { agentPage } from "./agent-frame.js";

const PAGE_SIZE = 50;
const rowId = ({ session_id }: ListedSession): string => session_id;
const FILTERS: readonly Filter[] = [
  {
    ...{ id: "review", type: "choice", label: "Waiting for review" },
    options: [
      { value: "wrong", label: "Found wrong" },
      { value: "good", label: "Found good" },
    ],
  },
];
const NAMES = FILTERS.map(({ id }) => id);
const OURS = new Set(["title", "person", "rating", "last_activity"]);
const WHY: Column<ListedSession> = {
  ...{ id: "why", header: "Why", width: "minmax(9rem, 2fr)" },
  cell: reasonOf,
};
const [FIRST, ...OTHERS] = COLUMNS.filter(({ id }) => OURS.has(id)).map(({ sortable: _all, ...column }) => column);
const SHOWN = FIRST === undefined ? [WHY] : [FIRST, WHY, ...OTHERS];

/** Conversations of an agent to review: a verdict each, and a test where one went wrong. */
export const ReviewTab = agentPage(({ agent }) => <Queue agent={agent} />);

function Queue({ agent }: { agent: Agent }) {
  const calls = useCalls(sessionListCalls);
  const reads = useQuery(whoQuery(useApi())).data?.role !== "viewer";
  const list = useListState(NAMES);
  const asked = useMemo(
    () => ({ agent_id: agent.id, review: list.filter.review ?? "due" }),
    [agent.id, list.filter.review],
  );
  const source = useList({
    queryKey: ["sessions", asked],
    page: (cursor) => answered(() => calls.list(asked, PAGE_SIZE, cursor))(),
  });
  const rows = useKeptRow(source.rows, list.peek);
  const peek = useMemo(
    () => ({
      title: titleOf,
      content: (row: ListedSession) => <ReviewPeek key={row.session_id} row={row} reads={reads} />,
      actions: (row: ListedSession) => (
        <LinkButton small to="/sessions/$id" params={{ id: row.session_id }}>
          Open
        </LinkButton>
      ),
    }),
    [reads],
  );
  return (
    <DataTable
      id="reviews"
      label="Conversations to review"
      {...{ list, rowId, peek }}
      source={{ ...source, rows }}
      columns={SHOWN}
      filters={FILTERS}
      empty={
        <EmptyState title="Nothing is waiting for review">
          Conversations that were rated 2 or lower, got a thumb down, failed, or asked for a person come here when they
          are over, and one in twenty of the others. Say whether the agent did well; where it did not, say what it
          should have said, and make a test of it.
        </EmptyState>
      }
    />
  );
}

/** The opened row stays in its place until the user moves on: its verdict removes it from the queue. */
function useKeptRow(rows: readonly ListedSession[], open: string | null): readonly ListedSession[] {
  const [kept, setKept] = useState<{ row: ListedSession; at: number } | null>(null);
  const at = rows.findIndex((row) => rowId(row) === open);
  useEffect(() => {
    const row = rows[at];
    if (row !== undefined) setKept({ row, at });
  }, [rows, at]);
  return useMemo(
    () => (at >= 0 || kept === null || rowId(kept.row) !== open ? rows : rows.toSpliced(kept.at, 0, kept.row)),
    [rows, at, kept, open],
  );
}
