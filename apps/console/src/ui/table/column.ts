import type { ReactNode } from "react";

export interface Column<T> {
  /** Also the name of its sort in the address. */
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** For CSV and for sorting here; without it a column has neither. */
  value?: (row: T) => string | number | boolean | null | undefined;
  /** Numbers, times and amounts are right-aligned. */
  align?: "end";
  /** A grid track: `8rem`, `minmax(12rem, 2fr)`; by default a share of the remaining space. */
  width?: string;
  /** The server can sort by it. In a table that sorts itself, every column with a value is sortable. */
  sortable?: boolean;
  /** Hidden where the table is narrower than this many pixels. */
  from?: number;
  /** Shown only on demand. */
  hidden?: boolean;
}

/** A filter above the table; its value is in the address under its id. */
export type Filter =
  | { id: string; type: "text"; label: string; placeholder?: string }
  | { id: string; type: "choice"; label: string; options: readonly { value: string; label: string }[] }
  /** In the address as `id=2026-01-01..2026-01-31`, open on either side. */
  | { id: string; type: "days"; label: string };
