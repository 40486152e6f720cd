import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type Overview, overviewCalls } from "../api/overview-calls.js";
import { answered } from "../api/query.js";
import { useCalls } from "../api/use-calls.js";
import { onDemand } from "../ui/on-demand.js";
import { PageHeader } from "../ui/page-header.js";
import { Skeleton } from "../ui/skeleton.js";
import { Latest } from "./latest.js";
import styles from "./overview.module.css";
import { Tiles } from "./tiles.js";
import { isTroubled } from "./troubled.js";

const Below = onDemand(
  async () => (await import("./below.js")).Below,
  () => <div className={styles.charts} />,
);
const DemoWeekCard = onDemand(async () => (await import("./demo-week.js")).DemoWeekCard);
const ProblemCard = onDemand(async () => (await import("../ui/problem-card.js")).ProblemCard);
const FirstSteps = onDemand(async () => (await import("./first-steps.js")).FirstSteps);

const Waiting = onDemand(async () => (await import("./waiting-people.js")).WaitingPeople);

const LATEST = 6;

/** The overall state at a glance; each number leads to what it counts. */
export function OverviewPage() {
  const calls = useCalls(overviewCalls);
  const query = useQuery({ queryKey: ["overview"], queryFn: answered(() => calls.overview()) });
  const latest = useQuery({ queryKey: ["sessions", "latest"], queryFn: answered(() => calls.latest(LATEST)) });
  const demo = useQuery({ queryKey: ["demo-week"], queryFn: answered(() => calls.demoWeek()) }).data;
  const isNew = latest.data?.data.length === 0;
  const madeUp = demo !== undefined && demo.state !== "none";
  return (
    <>
      <PageHeader title="Overview" lead={query.data && latest.data ? verdictOf(query.data) : undefined} />
      {madeUp && <DemoWeekCard demo={demo} />}
      {isNew && <FirstSteps />}
      <Ready query={query}>
        {(overview) => (
          <>
            {overview.waiting.count > 0 && <Waiting count={overview.waiting.count} />}
            <Tiles overview={overview} />
            <Ready query={latest}>
              {({ data }) => (data.length === 0 ? null : <Latest title="Latest sessions" sessions={data} all={{}} />)}
            </Ready>
            <Below overview={overview} isNew={isNew} />
          </>
        )}
      </Ready>
    </>
  );
}

/** The first page is light: QueryView would add too much code. */
function Ready<T>({ query, children }: { query: UseQueryResult<T>; children(data: T): ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error === null) return <Skeleton />;
  return <ProblemCard problem={query.error.problem} onRetry={() => void query.refetch()} />;
}

/** What needs attention, in one sentence. */
function verdictOf({ waiting, failed_turns_today, access_requests, spend_today, system }: Overview): string {
  const needs = [
    waiting.count > 0 && "people wait",
    access_requests > 0 && "requests to approve",
    failed_turns_today > 0 && "failures today",
    (spend_today.budget?.exhausted ?? 0) > 0 && "a budget is used up",
    isTroubled(system) && "the system reports trouble",
  ].filter((need) => need !== false);
  return needs.length === 0 ? "All is well." : `Needs a look: ${needs.join(", ")}.`;
}
