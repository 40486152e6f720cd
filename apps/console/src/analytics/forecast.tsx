import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type About, analyticsCalls, type UsageForecast } from "../api/analytics-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { LineChart, Nothing } from "../ui/charts/charts.js";
import { QueryView } from "../ui/query-view.js";
import { forecastChart } from "./chart-makers.js";

const TITLE = "Forecast of sessions for the next 14 days";
/** With fewer days a trend cannot be told from a weekend. */
const DAYS_NEEDED = 14;

export function Forecast({ about }: { about: About }) {
  const calls = useCalls(analyticsCalls);
  const { days: _, ...of } = about;
  const query = useQuery({ queryKey: ["analytics", "forecast", of], queryFn: answered(() => calls.forecast(about)) });
  return <QueryView query={query}>{(forecast) => <Drawn forecast={forecast} />}</QueryView>;
}

function Drawn({ forecast }: { forecast: UsageForecast }) {
  const data = useMemo(() => forecastChart(forecast), [forecast]);
  if (forecast.data.length === 0) {
    const missing = `A forecast needs ${DAYS_NEEDED} days with sessions; there are ${forecast.days_known} so far.`;
    return <Nothing title={TITLE}>{missing}</Nothing>;
  }
  return <LineChart title={TITLE} data={data} />;
}
