import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../theme.js";
import { type ChartData, COLOURS } from "./chart-data.js";
import styles from "./charts.module.css";

const HEIGHT_PX = 200;

interface PlotProps {
  data: ChartData;
  format: (value: number) => string;
  kind: "line" | "bars";
}

/** The chart itself. It is redrawn when its size, its data or the colours change. */
export function Plot({ data, format, kind }: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<number | null>(null);
  const theme = useTheme();
  const dark = useDark();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page, where theme and system change them.
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const plot = new uPlot(optionsOf({ element, data, format, kind, onHover: setAt }), columnsOf(data), element);
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT_PX }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [data, format, kind, theme, dark]);
  return (
    <>
      <div ref={host} className={styles.canvas} />
      <p className={styles.readout} aria-hidden="true">
        {at === null ? " " : readoutOf(data, at, format)}
      </p>
    </>
  );
}

/** Longer names would overlap; the readout and the table have them in full. */
const MOST_LETTERS = 14;
const shortened = (label: string): string =>
  label.length > MOST_LETTERS ? `${label.slice(0, MOST_LETTERS - 1)}…` : label;

const columnsOf = ({ labels, series }: ChartData): uPlot.AlignedData => [
  labels.map((_, index) => index),
  ...series.map(({ values }) => [...values]),
];

function readoutOf({ labels, series }: ChartData, at: number, format: (value: number) => string): string {
  const values = series.map(({ name, values: own }) => {
    const value = own[at];
    return `${name} ${value === null || value === undefined ? "–" : format(value)}`;
  });
  return `${labels[at] ?? ""}: ${values.join(", ")}`;
}

function optionsOf({
  element,
  data,
  format,
  kind,
  onHover,
}: PlotProps & { element: HTMLElement; onHover: (at: number | null) => void }): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: colour("--muted"),
    font: `12px ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const bars = uPlot.paths.bars?.({ size: [0.6, 48], radius: 0.15 });
  return {
    width: element.clientWidth,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: (_, low, high) => (kind === "bars" ? [low - 0.5, high + 0.5] : [low, high]) },
      // Amounts start at zero: a cut axis makes small changes look large.
      y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 72,
        incrs: [1, 2, 5, 7, 10, 14, 30, 50, 100],
        values: (_, places) => places.map((place) => shortened(data.labels[place] ?? "")),
      },
      { ...axis, size: 56, values: (_, places) => places.map(format) },
    ],
    series: [
      {},
      ...data.series.map(({ name }, index) => {
        const stroke = colour(COLOURS[index % COLOURS.length] ?? COLOURS[0]);
        return kind === "bars" && bars
          ? { label: name, fill: stroke, width: 0, paths: bars, points: { show: false } }
          : { label: name, stroke, width: 2, points: { show: data.labels.length < 2 } };
      }),
    ],
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? null)] },
  };
}

function useDark(): boolean {
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const changed = (): void => setDark(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  return dark;
}
