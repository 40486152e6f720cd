import type { ReactNode } from "react";
import { useMemo } from "react";
import { PageHeader } from "../ui/page-header.js";
import { useListState } from "../ui/table/list-state.js";
import styles from "./analytics.module.css";
import { AnalyticsFilters, aboutOf, NAMES } from "./analytics-filters.js";
import { ChartCard, FunnelCard } from "./chart-card.js";
import * as shown from "./charts-shown.js";
import { Comments } from "./comments.js";
import { Forecast } from "./forecast.js";

/** Numbers of the sessions, each as a chart, a table and a file. The selection is in the address. */
export function AnalyticsPage() {
  const list = useListState(NAMES);
  const about = useMemo(() => aboutOf(list.filter), [list.filter]);
  const card = <Q extends Parameters<typeof ChartCard>[0]["shown"]["question"]>(one: shown.Shown<Q>) => (
    <ChartCard shown={one} about={about} />
  );
  return (
    <>
      <PageHeader title="Analytics" lead="Whole days, UTC. Numbers are rolled up every minute." />
      <AnalyticsFilters list={list} />
      <Part title="Usage">
        {card(shown.USAGE)}
        {card(shown.MESSAGES)}
        <Forecast about={about} />
      </Part>
      <Part title="Funnel">
        <FunnelCard about={about} />
        {card(shown.NODES)}
        {card(shown.TRANSITIONS)}
      </Part>
      <Part title="Response times and connections">
        {card(shown.TIMES)}
        {card(shown.WHOLE_TIMES)}
        {card(shown.FAILED)}
        {card(shown.CONNECTIONS)}
        {card(shown.CONNECTION_SUCCESS)}
      </Part>
      <Part title="Cost">
        {card(shown.COST)}
        {card(shown.COST_OF)}
      </Part>
      <Part title="Satisfaction">
        {card(shown.RATINGS)}
        {card(shown.RATING_DAYS)}
        {card(shown.THUMBS)}
        {card(shown.SENTIMENT)}
        <Comments about={about} />
      </Part>
      <Part title="People asked for">
        {card(shown.ESCALATIONS)}
        {card(shown.ESCALATION_RATE)}
        {card(shown.WAITS)}
      </Part>
      <Part title="Where from, and defences">
        {card(shown.COUNTRIES)}
        {card(shown.SECURITY)}
      </Part>
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h2>{title}</h2>
      <div className={styles.cards}>{children}</div>
    </section>
  );
}
