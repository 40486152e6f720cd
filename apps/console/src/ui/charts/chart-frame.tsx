import { ChartColumn, Download, Table2 } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { csv } from "../csv.js";
import { IconButton } from "../icon-button.js";
import { fileName, saveFile } from "../save-file.js";
import { type ChartData, COLOURS, plainNumber } from "./chart-data.js";
import styles from "./charts.module.css";

interface FrameProps {
  title: string;
  data: ChartData;
  format?: ((value: number) => string) | undefined;
  children: ReactNode;
}

/** Around every chart: its title, its legend, and the same numbers as a table and as CSV. */
export function ChartFrame({ title, data, format = plainNumber, children }: FrameProps) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const save = (): void => {
    const rows = data.labels.map((label, at) => [label, ...data.series.map(({ values }) => values[at] ?? "")]);
    saveFile(
      `${fileName(title)}.csv`,
      csv([[data.axis, ...data.series.map(({ name }) => name)], ...rows]),
      "text/csv;charset=utf-8",
    );
  };
  return (
    <figure className={styles.figure} aria-labelledby={id}>
      <figcaption className={styles.head}>
        <span id={id} className={styles.title}>
          {title}
        </span>
        <IconButton
          label={asTable ? "Show as chart" : "Show as table"}
          icon={asTable ? <ChartColumn /> : <Table2 />}
          onClick={() => setAsTable(!asTable)}
        />
        <IconButton label={`Download ${title} as CSV`} icon={<Download />} onClick={save} />
      </figcaption>
      {asTable ? <DataTwin title={title} data={data} format={format} /> : children}
      {!asTable && data.series.length > 1 ? <Legend data={data} /> : null}
    </figure>
  );
}

function Legend({ data }: { data: ChartData }) {
  return (
    <ul className={styles.legend} aria-hidden="true">
      {data.series.map(({ name }, index) => (
        <li key={name} className={styles.entry} style={{ "--colour": `var(${COLOURS[index % COLOURS.length]})` }}>
          {name}
        </li>
      ))}
    </ul>
  );
}

function DataTwin({ title, data, format }: { title: string; data: ChartData; format: (value: number) => string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
    <section className={styles.twin} tabIndex={0} aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{data.axis}</th>
            {data.series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.labels.map((label, at) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              {data.series.map(({ name, values }) => {
                const value = values[at];
                return <td key={name}>{value === null || value === undefined ? "–" : format(value)}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The content of the chart, in one sentence, for users who do not see it. */
export function summaryOf({ labels, series }: ChartData, format: (value: number) => string): string {
  const parts = series.map(({ name, values }) => {
    const given = values.filter((value) => value !== null);
    if (given.length === 0) return `${name}: no values`;
    return `${name}: from ${format(Math.min(...given))} to ${format(Math.max(...given))}`;
  });
  return `${labels[0] ?? ""} to ${labels.at(-1) ?? ""}. ${parts.join("; ")}.`;
}
