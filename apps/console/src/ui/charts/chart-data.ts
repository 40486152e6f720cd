/** Values over the same labels: days, hours, names. */
export interface ChartData {
  /** What the labels are: "Day". */
  axis: string;
  labels: readonly string[];
  /** At most five: there are five distinguishable colours. */
  series: readonly { name: string; values: readonly (number | null)[] }[];
}

export interface ChartProps {
  /** Describes the content: "Conversations by day". */
  title: string;
  data: ChartData;
  /** Format of a value on the axis, in the table and on hover. */
  format?: (value: number) => string;
  /** Shown instead of a chart without values. */
  nothing?: string;
}

export const COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5"] as const;

export const plainNumber = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: 2 });
