import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from "react";
import { PeekPanel } from "../peek-panel.js";
import { Skeleton } from "../skeleton.js";
import { EmptyState, ErrorState, NoPermission } from "../states.js";
import type { Column, Filter } from "./column.js";
import { Grid } from "./grid.js";
import styles from "./grid.module.css";
import { useKept } from "./kept.js";
import type { ListState } from "./list-state.js";
import type { View } from "./saved-views.js";
import { Toolbar } from "./toolbar.js";
import type { RowSource } from "./use-list.js";

interface Peek<T> {
  title: (row: T) => string;
  content: (row: T) => ReactNode;
  actions?: (row: T) => ReactNode;
}

interface DataTableProps<T extends object> {
  /** Names its saved views and its CSV file: `sessions`. */
  id: string;
  /** What it lists, for screen readers: "Sessions". */
  label: string;
  list: ListState;
  source: RowSource<T>;
  /** Constant, or kept in a memo. */
  columns: readonly Column<T>[];
  /** Constant, or kept in a callback. */
  rowId: (row: T) => string;
  /** `here` for lists that are fetched completely; their rows are sorted in the browser. */
  order?: "server" | "here";
  filters?: readonly Filter[];
  views?: readonly View[];
  /** Details beside the list. */
  peek?: Peek<T>;
  /** The CSV of the selection from the server; without it the loaded columns of all pages. Throws the refusal. */
  file?: () => Promise<string>;
  /** Shown when there is nothing at all: explains the page. When no row matches the filters, the table says so itself. */
  empty: ReactNode;
  /** More buttons above the table. */
  children?: ReactNode;
}

const isText = (value: unknown): value is string => typeof value === "string";
const NO_FILTERS: readonly Filter[] = [];
const NO_VIEWS: readonly View[] = [];

/** A list as a tool: dense, sorted and filtered by the address, keyboard navigation, CSV export. */
export function DataTable<T extends object>(props: DataTableProps<T>) {
  const { id, label, list, source, columns, rowId, order = "server", peek, file, children } = props;
  const { filters = NO_FILTERS, views = NO_VIEWS } = props;
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  // Columns that differ from the page's defaults, so that a new column is not hidden from people with a choice of their own.
  const [switched, setSwitched] = useKept(`parley-console-columns:${id}`, isText);
  const chosen = useMemo(
    () => new Set(columns.filter((one) => switched.includes(one.id) === (one.hidden === true)).map((one) => one.id)),
    [columns, switched],
  );
  const shown = useMemo(
    () => new Set(columns.filter((one) => chosen.has(one.id) && (one.from ?? 0) <= width).map((one) => one.id)),
    [columns, chosen, width],
  );
  const toggle = (column: string): void =>
    setSwitched(switched.includes(column) ? switched.filter((one) => one !== column) : [...switched, column]);
  const step = useRef<(by: number) => void>(() => undefined);
  // Taken from the current rows, so that the panel changes with them.
  const row = useMemo(
    () => (list.peek === null ? undefined : source.rows.find((one) => rowId(one) === list.peek)),
    [list.peek, source.rows, rowId],
  );
  return (
    <section aria-label={label}>
      <Toolbar {...{ id, list, source, columns, filters, views, file }} shown={chosen} onShow={toggle}>
        {children}
      </Toolbar>
      <div ref={frame} className={styles.frame} {...(peek === undefined ? { tabIndex: 0 } : {})}>
        <Content {...props}>
          <Grid
            {...{ label, columns, shown, source, rowId, list, order }}
            opens={peek !== undefined}
            step={step}
            scroll={frame}
          />
          {source.loadingMore ? <p className={styles.foot}>Loading more…</p> : null}
        </Content>
      </div>
      <Count source={source} filtered={Object.keys(list.filter).length > 0} />
      {peek === undefined || row === undefined ? null : (
        <PeekPanel
          title={peek.title(row)}
          actions={peek.actions?.(row)}
          onClose={() => list.setPeek(null)}
          onNext={() => step.current(1)}
          onPrevious={() => step.current(-1)}
        >
          {peek.content(row)}
        </PeekPanel>
      )}
    </section>
  );
}

function Content<T extends object>({ source, list, empty, children }: DataTableProps<T>) {
  if (source.state === "loading") {
    return (
      <div className={styles.waiting}>
        <Skeleton lines={8} />
      </div>
    );
  }
  if (source.state === "refused" && source.refusal !== null) {
    return source.refusal.status === 403 ? (
      <NoPermission>{source.refusal.detail}</NoPermission>
    ) : (
      <ErrorState refusal={source.refusal} onRetry={source.retry} />
    );
  }
  if (source.rows.length > 0) return children;
  return Object.keys(list.filter).length === 0 ? empty : <EmptyState title="Nothing matches these filters" />;
}

/** Read out when it changes, so that a filter's effect is announced, too. */
function Count<T>({ source: { rows, hasMore, state }, filtered }: { source: RowSource<T>; filtered: boolean }) {
  const many = rows.length.toLocaleString();
  return (
    <p role="status" className={styles.count}>
      {state !== "ready" || (rows.length === 0 && !filtered)
        ? ""
        : hasMore
          ? `${many} rows so far; more as you scroll`
          : rows.length === 1
            ? "1 row"
            : `${many} rows`}
    </p>
  );
}

function useWidth(element: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(Number.POSITIVE_INFINITY);
  useLayoutEffect(() => {
    if (element.current === null) return;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? Number.POSITIVE_INFINITY));
    observer.observe(element.current);
    setWidth(element.current.clientWidth);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
