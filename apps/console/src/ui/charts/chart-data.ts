/** Values over the same labels: days, hours, names. */
export interface ChartData {
  /** Name of what the labels are: "Day". */
  axis: string;
  labels: readonly string[];
  /** Five at most: there are five colours that can be told apart. */
  series: readonly { name: string; values: readonly (number | null)[] }[];
}

export interface ChartProps {
  /** Says what is shown: "Conversations by day". */
  title: string;
  data: ChartData;
  /** How a value is written on the axis, in the table and on hover. */
  format?: (value: number) => string;
}

export const COLOURS = ["--series-1", "--series-2", "--series-3", "--series-4", "--series-5"] as const;

export const plainNumber = (value: number): string => value.toLocaleString(undefined, { maximumFractionDigits: 2 });
