import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Analytics, PublicLink } from "../api/answers.js";
import { answered } from "../api/query.js";
import { useLinkApi } from "../api/use-link-api.js";
import { plural } from "../sessions/session-rows.js";
import { Block, Fact, Facts, Note } from "../ui/block.js";
import { BarChart } from "../ui/charts/charts.js";
import { QueryView } from "../ui/query-view.js";
import { Select } from "../ui/select.js";
import styles from "./links.module.css";

const PERIODS = [7, 30, 90, 366].map((days) => ({
  value: String(days),
  label: days === 366 ? "Last year" : `Last ${days} days`,
}));

/** The usage of the link in the last days, as numbers and charts; each chart has a table and a file. */
export function LinkNumbers({ agent, link }: { agent: string; link: PublicLink }) {
  const api = useLinkApi();
  const [days, setDays] = useState("30");
  const query = useQuery({
    queryKey: ["link", link.id, "analytics", days],
    queryFn: answered(() => api.analytics(agent, link.id, Number(days))),
  });
  return (
    <Block
      title="Use"
      actions={
        <div className={styles.agent}>
          <Select label="Period" hideLabel options={PERIODS} value={days} onChange={setDays} />
        </div>
      }
    >
      <QueryView query={query}>
        {(numbers) => (
          <>
            <Figures numbers={numbers} />
            {numbers.sessions.total === 0 ? (
              <Note>
                Nobody has used it in this time. Open the address in another window and say hello: the conversation
                appears here.
              </Note>
            ) : (
              <Days numbers={numbers} />
            )}
            <EndReasons numbers={numbers} />
          </>
        )}
      </QueryView>
    </Block>
  );
}

function Days({ numbers: { by_day: days } }: { numbers: Analytics }) {
  const [sessions, messages] = useMemo(() => {
    const of = (name: string, measure: "sessions" | "completed" | "messages") => ({
      name,
      values: days.map((day) => day[measure]),
    });
    const shared = { axis: "Day", labels: days.map(({ day }) => day) };
    return [
      { ...shared, series: [of("Conversations", "sessions"), of("Completed", "completed")] },
      { ...shared, series: [of("Messages", "messages")] },
    ];
  }, [days]);
  return (
    <div className={styles.charts}>
      <BarChart title="Conversations by day" data={sessions} />
      <BarChart title="Messages by day" data={messages} />
    </div>
  );
}

function Figures({ numbers }: { numbers: Analytics }) {
  const { unique_visitors: visitors, engagement, response_time_ms: response, satisfaction } = numbers;
  return (
    <Facts>
      <Fact name="Conversations">{numbers.sessions.total.toLocaleString()}</Fact>
      <Fact name="Messages" note={numbers.failed_messages > 0 && `${numbers.failed_messages} failed`}>
        {numbers.messages.toLocaleString()}
      </Fact>
      <Fact
        name="Visitors"
        note={`${visitors.confirmed} with a confirmed address, from ${plural(numbers.unique_addresses, "network")}`}
      >
        {visitors.total.toLocaleString()}
      </Fact>
      <Fact name="Came to the end" note="of those that ended">
        {numbers.completion_rate === null ? "–" : `${Math.round(numbers.completion_rate * 100)} %`}
      </Fact>
      <Fact name="Messages each">{shown(engagement.average_messages)}</Fact>
      <Fact name="Length">{duration(engagement.average_duration_seconds)}</Fact>
      <Fact name="Answer within" note={`95 % within ${seconds(response.p95)}`}>
        {seconds(response.average)}
      </Fact>
      <Fact name="Rated" note={plural(satisfaction.ratings, "rating")}>
        {shown(satisfaction.average)}
      </Fact>
    </Facts>
  );
}

function EndReasons({ numbers }: { numbers: Analytics }) {
  const reasons = Object.entries(numbers.end_reasons);
  if (reasons.length === 0) return null;
  const inWords = reasons
    .toSorted(([, one], [, other]) => other - one)
    .map(([reason, count]) => `${reason.replaceAll("_", " ")} ${count.toLocaleString()}`);
  return <Note>Why conversations ended: {inWords.join(", ")}.</Note>;
}

const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(1).replace(/\.0$/, ""));
const seconds = (ms: number | null): string => (ms === null ? "–" : `${(ms / 1_000).toFixed(1)} s`);

function duration(value: number | null): string {
  if (value === null) return "–";
  return value < 90 ? `${Math.round(value)} s` : `${Math.round(value / 60)} min`;
}
