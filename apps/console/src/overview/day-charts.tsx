import { useMemo } from "react";
import type { Overview } from "../api/overview-calls.js";
import { BarChart, LineChart } from "../ui/charts/charts.js";
import styles from "./overview.module.css";

const dayName = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

/** Fourteen days of sessions and of ratings. */
export function DayCharts({ days }: { days: Overview["days"] }) {
  const [sessions, ratings] = useMemo(() => {
    const labels = days.map(({ day }) => dayName.format(new Date(day)));
    const chart = (name: string, values: (number | null)[]) => ({ axis: "Day", labels, series: [{ name, values }] });
    return [
      chart(
        "Sessions",
        days.map((day) => day.sessions),
      ),
      chart(
        "Average rating",
        days.map((day) => day.average_rating),
      ),
    ] as const;
  }, [days]);
  return (
    <div className={styles.charts}>
      <BarChart title="Sessions by day" data={sessions} />
      <LineChart title="Ratings by day, 1 to 5" data={ratings} />
    </div>
  );
}
