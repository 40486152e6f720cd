import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type About, type AnalyticsQuestion, type Answered, analyticsCalls } from "../api/analytics-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { BarChart, Funnel, LineChart, Nothing } from "../ui/charts/charts.js";
import { QueryView } from "../ui/query-view.js";
import type { Shown } from "./charts-shown.js";

/** A question's answer; charts of the same question share it. */
function useAnswer<Q extends AnalyticsQuestion>(question: Q, by: Shown["by"], about: About) {
  const calls = useCalls(analyticsCalls);
  return useQuery({
    queryKey: ["analytics", question, by, about],
    queryFn: answered(() => calls.ask(question, by, about)),
  });
}

interface CardProps<Q extends AnalyticsQuestion> {
  shown: Shown<Q>;
  about: About;
}

/** A chart of one question. */
export function ChartCard<Q extends AnalyticsQuestion>({ shown, about }: CardProps<Q>) {
  const query = useAnswer(shown.question, shown.by, about);
  return <QueryView query={query}>{(answer) => <Drawn shown={shown} answer={answer} />}</QueryView>;
}

function Drawn<Q extends AnalyticsQuestion>({ shown, answer }: { shown: Shown<Q>; answer: Answered<Q> }) {
  const { kind, chart, question: _question, by: _by, ...described } = shown;
  const data = useMemo(() => chart(answer), [chart, answer]);
  const Chart = kind === "bars" ? BarChart : LineChart;
  return <Chart data={data} {...described} />;
}

export function FunnelCard({ about }: { about: About }) {
  const query = useAnswer("funnel", "total", about);
  return (
    <QueryView query={query}>
      {({ data: [row] }) => {
        if (row === undefined || row.started === 0) return <Nothing title="Funnel" />;
        const steps = [
          ...(row.opened === null || row.opened < row.started ? [] : [{ name: "Opened", value: row.opened }]),
          { name: "Started", value: row.started },
          { name: "First message", value: row.first_message },
          { name: "Completed", value: row.completed },
        ];
        return <Funnel title="Funnel" steps={steps} />;
      }}
    </QueryView>
  );
}
