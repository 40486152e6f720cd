// biome-ignore-all lint/a11y/useSemanticElements: rows that are not on the page cannot be in a <table>; the roles and keys say what it is.
// biome-ignore-all lint/a11y/noStaticElementInteractions: rows that are not on the page cannot be in a <table>; the roles and keys say what it is.
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: rows that are not on the page cannot be in a <table>; the roles and keys say what it is.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: rows that are not on the page cannot be in a <table>; the roles and keys say what it is.
// biome-ignore-all lint/a11y/useFocusableInteractive: rows that are not on the page cannot be in a <table>; the roles and keys say what it is.
import {
  type ColumnDef,
  columnVisibilityFeature,
  createSortedRowModel,
  type Row,
  rowSortingFeature,
  sortFn_basic,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type RefObject, useEffect, useMemo, useRef } from "react";
import { cx } from "../cx.js";
import type { Column } from "./column.js";
import styles from "./grid.module.css";
import { HeaderCell } from "./header-cell.js";
import type { ListState } from "./list-state.js";
import { useRowWalk } from "./row-walk.js";
import type { RowSource } from "./use-list.js";

const ROW_PX = 44;
const COARSE_ROW_PX = 52;
/** Rows rendered beyond the window. */
const OVERSCAN = 10;
/** Pages are fetched this many rows before the end. */
const AHEAD = 30;

const features = tableFeatures({
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
});
type Features = typeof features;

interface GridProps<T extends object> {
  label: string;
  columns: readonly Column<T>[];
  shown: ReadonlySet<string>;
  source: RowSource<T>;
  rowId: (row: T) => string;
  list: ListState;
  /** Who sorts the rows. */
  order: "server" | "here";
  opens: boolean;
  /** Receives the function by which the panel beside the list moves on. */
  step: RefObject<(by: number) => void>;
  scroll: RefObject<HTMLDivElement | null>;
}

export function Grid<T extends object>(props: GridProps<T>) {
  const { label, columns, shown, source, rowId, list, order, opens, scroll } = props;
  const { sort } = list;
  const definitions = useMemo(() => columns.map((column) => definitionOf(column, order)), [columns, order]);
  // Memoised: a new object would have the rows sorted again at each scroll step.
  const state = useMemo(
    () => ({
      sorting: sort === null ? [] : [{ id: sort.id, desc: sort.descending }],
      columnVisibility: Object.fromEntries(columns.map(({ id }) => [id, shown.has(id)])),
    }),
    [sort, columns, shown],
  );
  const table = useTable<Features, T>({
    features,
    columns: definitions,
    data: source.rows as T[],
    getRowId: rowId,
    manualSorting: order === "server",
    state,
  });
  const rows = table.getRowModel().rows;
  const byId = useMemo(() => new Map(rows.map((row, index) => [row.id, index])), [rows]);
  const rowPx = useMemo(() => (matchMedia("(pointer: coarse)").matches ? COARSE_ROW_PX : ROW_PX), []);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    // Rows must not end up beneath the sticky header.
    scrollPaddingStart: rowPx,
  });
  const walk = useRowWalk({
    idAt: (index) => rows[index]?.id,
    indexOf: (id) => byId.get(id) ?? -1,
    count: rows.length,
    list,
    peeks: opens,
    reveal: (index) => virtual.scrollToIndex(index, { align: "auto" }),
    loadMore: source.loadMore,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { loadMore, hasMore } = source;
  useEffect(() => {
    if (hasMore && last >= rows.length - AHEAD) loadMore();
  }, [hasMore, last, rows.length, loadMore]);
  const { step } = props;
  useEffect(() => {
    step.current = walk.step;
  });
  const keyDown = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -rows.length, End: rows.length }[
      event.key
    ];
    if (by === undefined || !opens) return;
    event.preventDefault();
    walk.step(by);
  };
  const tracks = columns.filter(({ id }) => shown.has(id)).map(({ width }) => width ?? "minmax(6rem, 1fr)");
  // Tab reaches the current row, or the first rendered one while the current one is scrolled away.
  const onPage = items.some(({ index }) => rows[index]?.id === walk.current);
  const first = onPage ? walk.current : rows[items[0]?.index ?? 0]?.id;
  return (
    <div
      role={opens ? "grid" : "table"}
      aria-label={label}
      aria-rowcount={source.hasMore ? -1 : rows.length + 1}
      className={styles.grid}
      style={{ "--tracks": tracks.join(" ") }}
      onKeyDown={keyDown}
    >
      <div role="rowgroup" className={styles.header}>
        <div role="row" aria-rowindex={1} className={styles.row}>
          {columns
            .filter(({ id }) => shown.has(id))
            .map((column) => (
              <HeaderCell key={column.id} column={column} order={order} list={list} />
            ))}
        </div>
      </div>
      <div role="rowgroup" className={styles.body} style={{ blockSize: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <GridRow
              key={row.id}
              row={row}
              columns={columns}
              shown={shown}
              index={index}
              start={start}
              opens={opens}
              tabStop={row.id === first}
              open={row.id === list.peek}
              takesFocus={row.id === walk.current ? walk.takesFocus : null}
              onOpen={list.setPeek}
              onReach={walk.setCurrent}
            />
          );
        })}
      </div>
    </div>
  );
}

function definitionOf<T extends object>(column: Column<T>, order: "server" | "here"): ColumnDef<Features, T> {
  return {
    id: column.id,
    header: column.header,
    ...(column.value === undefined ? {} : { accessorFn: (row: T) => comparable(column.value?.(row)) }),
    enableSorting: order === "here" && column.value !== undefined,
    sortFn: sortFn_basic,
    sortUndefined: "last",
  };
}

/** Text sorts ignoring case, and missing values come last. */
const comparable = (value: string | number | boolean | null | undefined): string | number | undefined =>
  value === null || value === undefined ? undefined : typeof value === "number" ? value : String(value).toLowerCase();

interface GridRowProps<T extends object> {
  row: Row<Features, T>;
  columns: readonly Column<T>[];
  shown: ReadonlySet<string>;
  index: number;
  start: number;
  opens: boolean;
  tabStop: boolean;
  open: boolean;
  takesFocus: (() => boolean) | null;
  onOpen: (id: string) => void;
  onReach: (id: string) => void;
}

const CONTROLS = "a, button, input, label, [role=checkbox]";

function PlainRow<T extends object>(props: GridRowProps<T>) {
  const { row, columns, shown, index, start, opens, tabStop, open, takesFocus, onOpen, onReach } = props;
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (takesFocus?.()) element.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  return (
    <div
      ref={element}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={opens ? open : undefined}
      tabIndex={opens ? (tabStop ? 0 : -1) : undefined}
      className={cx(styles.row, styles.item, opens && styles.opens)}
      style={{ transform: `translateY(${start}px)` }}
      onFocus={() => onReach(row.id)}
      onClick={({ target }) => {
        if (opens && target instanceof Element && target.closest(CONTROLS) === null) onOpen(row.id);
      }}
      onKeyDown={(event) => {
        if (opens && event.key === "Enter" && event.target === event.currentTarget) onOpen(row.id);
      }}
    >
      {columns
        .filter(({ id }) => shown.has(id))
        .map((column) => (
          <div
            key={column.id}
            role={opens ? "gridcell" : "cell"}
            className={cx(styles.cell, column.align === "end" && styles.end)}
          >
            {column.cell(row.original)}
          </div>
        ))}
    </div>
  );
}

const GridRow = memo(PlainRow) as typeof PlainRow;
