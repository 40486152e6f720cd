import type { Overview } from "../api/overview-calls.js";
import { DayCharts } from "./day-charts.js";
import { SystemReport } from "./system-report.js";

/** Content below the fold, loaded later. */
export function Below({ overview, isNew }: { overview: Overview; isNew: boolean }) {
  return (
    <>
      {isNew ? null : <DayCharts days={overview.days} />}
      <SystemReport system={overview.system} />
    </>
  );
}
