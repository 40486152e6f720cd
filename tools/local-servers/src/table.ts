import type { Row, Store } from "./contract.js";

/** The line of a store for the start-up table; `null` is the memory driver of Redis. */
export function rowOf(label: string, store: Store | null): Row {
  if (store === null) return { store: label, version: "-", from: "memory", port: "-", data: "-" };
  return { store: label, version: store.version, from: store.from, port: String(store.port), data: store.data ?? "-" };
}

/** Aligned text of the table, ready to print. */
export function formatTable(rows: Row[]): string {
  const columns = ["store", "version", "from", "port", "data"] as const;
  const width = (column: (typeof columns)[number]) => Math.max(column.length, ...rows.map((row) => row[column].length));
  const line = (cell: (column: (typeof columns)[number]) => string) =>
    columns
      .map((column) => cell(column).padEnd(width(column)))
      .join("  ")
      .trimEnd();
  return [
    line((column) => column),
    line((column) => "-".repeat(width(column))),
    ...rows.map((row) => line((c) => row[c])),
  ].join("\n");
}
