// biome-ignore-all lint/a11y/useSemanticElements: the header of a table whose rows are mostly not on the page.
// biome-ignore-all lint/a11y/useFocusableInteractive: the header of a table whose rows are mostly not on the page.
import { ArrowDown, ArrowUp } from "lucide-react";
import { cx } from "../cx.js";
import type { Column } from "./column.js";
import styles from "./grid.module.css";
import type { ListState } from "./list-state.js";

interface HeaderProps<T> {
  column: Column<T>;
  order: "server" | "here";
  list: ListState;
}

/** A column header that sorts by it: ascending, descending, unsorted. */
export function HeaderCell<T>({ column, order, list }: HeaderProps<T>) {
  const canSort = order === "server" ? column.sortable === true : column.value !== undefined;
  const sort = list.sort?.id === column.id ? list.sort : null;
  const next =
    sort === null ? { id: column.id, descending: false } : sort.descending ? null : { ...sort, descending: true };
  const end = column.align === "end";
  return (
    <div
      role="columnheader"
      aria-sort={sort === null ? undefined : sort.descending ? "descending" : "ascending"}
      className={cx(styles.cell, styles.name, end && styles.end)}
    >
      {canSort ? (
        <button type="button" className={styles.sort} onClick={() => list.setSort(next)}>
          {column.header}
          {sort === null ? null : sort.descending ? <ArrowDown aria-hidden /> : <ArrowUp aria-hidden />}
        </button>
      ) : (
        column.header
      )}
    </div>
  );
}
