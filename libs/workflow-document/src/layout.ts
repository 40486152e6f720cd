export interface Position {
  x: number;
  y: number;
}

interface Drawn {
  ids: readonly string[];
  edges: readonly { from: string; to: string }[];
  start: string | null;
}

const COLUMN = 320;
const ROW = 140;

/**
 * A place for each node: columns by the shortest way from the start, rows by where a column's nodes are reached from. Nodes that
 * nothing leads to stand in a column of their own at the end. The same document always looks the same.
 */
export function layOut({ ids, edges, start }: Drawn): Map<string, Position> {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const columns = columnsOf(ids, targets, start);
  const rows = new Map<string, number>();
  const positions = new Map<string, Position>();
  for (const [column, members] of columns.entries()) {
    const weight = new Map(members.map((id) => [id, meanRow(id, edges, rows)]));
    const ordered = [...members].sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
    for (const [row, id] of ordered.entries()) {
      rows.set(id, row - (ordered.length - 1) / 2);
      positions.set(id, { x: column * COLUMN, y: Math.round((row - (ordered.length - 1) / 2) * ROW) });
    }
  }
  return positions;
}

function columnsOf(ids: readonly string[], targets: ReadonlyMap<string, string[]>, start: string | null): string[][] {
  const known = new Set(ids);
  const seen = new Set<string>();
  const columns: string[][] = [];
  let column = start !== null && known.has(start) ? [start] : [];
  while (column.length > 0) {
    for (const id of column) seen.add(id);
    columns.push(column);
    const next = new Set(column.flatMap((id) => targets.get(id) ?? []).filter((id) => known.has(id) && !seen.has(id)));
    column = [...next];
  }
  const rest = ids.filter((id) => !seen.has(id));
  return rest.length > 0 ? [...columns, rest] : columns;
}

function meanRow(id: string, edges: Drawn["edges"], rows: ReadonlyMap<string, number>): number {
  const above = edges.flatMap(({ from, to }) => (to === id && rows.has(from) ? [rows.get(from) ?? 0] : []));
  return above.length === 0 ? 0 : above.reduce((sum, row) => sum + row, 0) / above.length;
}
