import type { Overview } from "../api/overview-calls.js";
import { DayCharts } from "./day-charts.js";
import { SystemReport } from "./system-report.js";

/** What stands below the first look, and comes after it. */
export function Below({ overview, isNew }: { overview: Overview; isNew: boolean }) {
  return (
    <>
      {isNew ? null : <DayCharts days={overview.days} />}
      <SystemReport system={overview.system} />
    </>
  );
}
