import { type Spread, spreadOf } from "./statistics.js";

export type Verdict = "stretch" | "pass" | "miss" | "info" | "n/a" | "error";

/** One line of the table: a figure over all repetitions, with the goal it has to meet (smaller is better). */
export interface Figure {
  goal: string;
  what: string;
  unit: string;
  values: number[];
  gate?: number;
  stretch?: number;
  /** The floor it was compared with, or why there is no value. */
  note?: string;
  /** Set when the run had errors: then there is no result. */
  failed?: string;
}

export interface JudgedFigure extends Figure {
  spread: Spread | null;
  verdict: Verdict;
}

export function judge(figure: Figure): JudgedFigure {
  if (figure.failed !== undefined) return { ...figure, spread: null, verdict: "error" };
  if (figure.values.length === 0) return { ...figure, spread: null, verdict: "n/a" };
  const spread = spreadOf(figure.values);
  return { ...figure, spread, verdict: verdictOf(spread.median, figure) };
}

function verdictOf(median: number, { gate, stretch }: Figure): Verdict {
  if (!Number.isFinite(median)) return "error";
  if (gate === undefined) return "info";
  if (stretch !== undefined && median <= stretch) return "stretch";
  return median <= gate ? "pass" : "miss";
}

const round = (value: number): string => {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
};

/** The table for the terminal and for docs/benchmarks.md. */
export function formatFigures(figures: readonly JudgedFigure[]): string {
  const head = ["goal", "what", "median", "min … max", "unit", "gate", "stretch", "verdict", "note"];
  const rows = figures.map(({ goal, what, unit, gate, stretch, spread, verdict, note, failed }) => [
    goal,
    what,
    spread === null ? "" : round(spread.median),
    spread === null ? "" : `${round(spread.min)} … ${round(spread.max)}`,
    unit,
    gate === undefined ? "" : `≤ ${gate}`,
    stretch === undefined ? "" : `≤ ${stretch}`,
    verdict,
    failed ?? note ?? "",
  ]);
  return formatRows([head, ...rows]);
}

/** A Markdown table with aligned columns. */
export function formatRows(rows: readonly string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, column) => (row[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...body.map(line)].join("\n");
}
