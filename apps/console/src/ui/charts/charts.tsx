import { onDemand } from "../on-demand.js";
import { type ChartProps, plainNumber } from "./chart-data.js";
import { ChartFrame, summaryOf } from "./chart-frame.js";
import styles from "./charts.module.css";

const Plot = onDemand(async () => (await import("./plot.js")).Plot);

/** A development over time. */
export const LineChart = (props: ChartProps) => <Plotted {...props} kind="line" />;

/** An amount per label. */
export const BarChart = (props: ChartProps) => <Plotted {...props} kind="bars" />;

function Plotted({ title, data, format = plainNumber, nothing, kind }: ChartProps & { kind: "line" | "bars" }) {
  const isEmpty = data.series.every(({ values }) => values.every((value) => value === null || value === 0));
  if (isEmpty) return <Nothing title={title}>{nothing}</Nothing>;
  return (
    <ChartFrame title={title} data={data} format={format}>
      <div role="img" aria-label={summaryOf(data, format)} className={styles.plot}>
        <Plot data={data} format={format} kind={kind} />
      </div>
    </ChartFrame>
  );
}

/** In place of a chart without values. */
export function Nothing({
  title,
  children = "None in this period.",
}: {
  title: string;
  children?: string | undefined;
}) {
  return (
    <section className={styles.nothing}>
      <h3>{title}</h3>
      <p>{children}</p>
    </section>
  );
}

interface FunnelProps {
  title: string;
  steps: readonly { name: string; value: number }[];
}

/** A funnel: each step with its share of the first, and the loss since the previous one. */
export function Funnel({ title, steps }: FunnelProps) {
  const first = steps[0]?.value ?? 0;
  const share = (value: number): number => (first === 0 ? 0 : value / first);
  const percent = (value: number): string => value.toLocaleString(undefined, { style: "percent" });
  const data = {
    axis: "Step",
    labels: steps.map(({ name }) => name),
    series: [{ name: "People", values: steps.map(({ value }) => value) }],
  };
  return (
    <ChartFrame title={title} data={data}>
      <ol className={styles.funnel}>
        {steps.map(({ name, value }, index) => {
          const before = steps[index - 1]?.value;
          const lost = before === undefined || before === 0 ? 0 : 1 - value / before;
          return (
            <li key={name} className={styles.step}>
              <span className={styles.stepName}>{name}</span>
              <span className={styles.bar} aria-hidden="true">
                <span className={styles.filled} style={{ inlineSize: `${share(value) * 100}%` }} />
              </span>
              <span className={styles.number}>{plainNumber(value)}</span>
              <span className={styles.share}>{percent(share(value))}</span>
              <span className={styles.lost}>{lost > 0 ? `−${percent(lost)}` : ""}</span>
            </li>
          );
        })}
      </ol>
    </ChartFrame>
  );
}
