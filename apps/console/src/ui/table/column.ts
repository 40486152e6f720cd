import type { ReactNode } from "react";

export interface Column<T> {
  /** Also the name of its sort in the address. */
  id: string;
  header: string;
  cell: (row: T) => ReactNode;
  /** For CSV and for sorting here; without it a column is in neither. */
  value?: (row: T) => string | number | boolean | null | undefined;
  /** Numbers, times and amounts stand right. */
  align?: "end";
  /** A grid track: `8rem`, `minmax(12rem, 2fr)`; a share of what remains unless given. */
  width?: string;
  /** Where the server sorts: it can by this column. Where the table sorts itself, every column with a value can be. */
  sortable?: boolean;
  /** Not shown where the table is narrower than this many pixels. */
  from?: number;
  /** Shown only when somebody chooses it. */
  hidden?: boolean;
}

/** A filter above the table; its value is in the address under its id. */
export type Filter =
  | { id: string; type: "text"; label: string; placeholder?: string }
  | { id: string; type: "choice"; label: string; options: readonly { value: string; label: string }[] }
  /** In the address as `id=2026-01-01..2026-01-31`, open on either side. */
  | { id: string; type: "days"; label: string };
